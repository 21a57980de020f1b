from contacts.importing import MissingColumn, load
from contacts.model import Contact

__all__ = ["Contact", "MissingColumn", "load"]
