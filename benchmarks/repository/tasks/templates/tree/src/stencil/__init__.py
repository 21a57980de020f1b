from stencil.nodes import UnknownName
from stencil.template import Template, TemplateError

__all__ = ["Template", "TemplateError", "UnknownName"]
