from inifile.reader import ParseError, parse
from inifile.values import as_bool, as_list

__all__ = ["ParseError", "as_bool", "as_list", "parse"]
