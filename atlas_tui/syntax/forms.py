"""How each language writes definitions, uses and imports: the tables that ``outline`` goes by.

Not queries of tree-sitter: on a broken file these take time that grows with the square of its size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from atlas_tui.syntax.definitions import CONDITIONAL
from atlas_tui.syntax.grammars import PYTHON

SCOPES = frozenset({"class", "interface", "struct", "enum", "trait", "impl", "namespace", "module", "record"})
"""Kinds whose members are definitions of their own."""
TYPES = SCOPES - {"namespace", "module"}
"""Functions directly in these are methods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Types of nodes, as the grammar of a language names them."""

    kinds: Mapping[str, str]
    """Those that define something, and what."""
    around: frozenset[str] = frozenset()
    """Those that belong to the one definition they hold: decorators, ``export``, a template …"""
    through: frozenset[str] = frozenset()
    """Those that only group definitions."""
    above: frozenset[str] = frozenset()
    """Siblings before a definition that belong to it: attributes."""
    comments: frozenset[str] = frozenset({"comment"})
    names: frozenset[str]
    """Identifiers."""
    imports: frozenset[str]
    """What ``imported`` reads."""


_PYTHON = Form(
    kinds={"function_definition": "function", "class_definition": "class", "assignment": "variable"},
    around=frozenset({"decorated_definition", "expression_statement"}),
    through=frozenset({*CONDITIONAL, "module"}),
    names=frozenset({"identifier"}),
    imports=frozenset({"import_statement", "import_from_statement"}),
)
_JAVASCRIPT_KINDS = {
    "function_declaration": "function",
    "generator_function_declaration": "function",
    "class_declaration": "class",
    "method_definition": "function",
    "field_definition": "variable",
    "variable_declarator": "variable",
    "assignment_expression": "function",
    "pair": "function",
}
_JAVASCRIPT_AROUND = frozenset(
    {"export_statement", "lexical_declaration", "variable_declaration", "expression_statement"}
)
_JAVASCRIPT_NAMES = frozenset(
    {"identifier", "property_identifier", "shorthand_property_identifier", "private_property_identifier"}
)
_JAVASCRIPT_IMPORTS = frozenset({"import_statement", "export_statement", "call_expression"})
_JAVASCRIPT = Form(
    kinds=_JAVASCRIPT_KINDS,
    around=_JAVASCRIPT_AROUND,
    through=frozenset({"program", "object"}),
    above=frozenset({"decorator"}),
    names=_JAVASCRIPT_NAMES,
    imports=_JAVASCRIPT_IMPORTS,
)
_TYPESCRIPT = Form(
    kinds={
        **_JAVASCRIPT_KINDS,
        "abstract_class_declaration": "class",
        "public_field_definition": "variable",
        "interface_declaration": "interface",
        "type_alias_declaration": "type",
        "enum_declaration": "enum",
        "function_signature": "function",
        "method_signature": "function",
        "abstract_method_signature": "function",
        "property_signature": "variable",
        "internal_module": "namespace",
        "module": "namespace",
    },
    around=_JAVASCRIPT_AROUND | {"ambient_declaration"},
    through=frozenset({"program", "object", "statement_block"}),
    above=frozenset({"decorator"}),
    names=_JAVASCRIPT_NAMES | {"type_identifier"},
    imports=_JAVASCRIPT_IMPORTS,
)
_GO = Form(
    kinds={
        "function_declaration": "function",
        "method_declaration": "method",
        "type_spec": "type",
        "type_alias": "type",
        "const_spec": "variable",
        "var_spec": "variable",
    },
    around=frozenset({"type_declaration", "const_declaration", "var_declaration"}),
    through=frozenset({"source_file", "var_spec_list"}),
    names=frozenset({"identifier", "field_identifier", "type_identifier", "package_identifier"}),
    imports=frozenset({"import_spec"}),
)
_RUST = Form(
    kinds={
        "function_item": "function",
        "function_signature_item": "function",
        "struct_item": "struct",
        "union_item": "struct",
        "enum_item": "enum",
        "trait_item": "trait",
        "impl_item": "impl",
        "mod_item": "module",
        "const_item": "variable",
        "static_item": "variable",
        "type_item": "type",
        "associated_type": "type",
        "macro_definition": "macro",
    },
    through=frozenset({"source_file", "foreign_mod_item", "declaration_list"}),
    above=frozenset({"attribute_item"}),
    comments=frozenset({"line_comment", "block_comment"}),
    names=frozenset({"identifier", "field_identifier", "type_identifier"}),
    imports=frozenset({"use_declaration", "mod_item"}),
)
_JAVA = Form(
    kinds={
        "class_declaration": "class",
        "interface_declaration": "interface",
        "enum_declaration": "enum",
        "record_declaration": "record",
        "annotation_type_declaration": "interface",
        "method_declaration": "function",
        "constructor_declaration": "function",
        "compact_constructor_declaration": "function",
        "variable_declarator": "variable",
    },
    around=frozenset({"field_declaration"}),
    through=frozenset({"program", "enum_body_declarations"}),
    comments=frozenset({"line_comment", "block_comment"}),
    names=frozenset({"identifier", "type_identifier"}),
    imports=frozenset({"import_declaration"}),
)
_C_KINDS = {
    "function_definition": "function",
    "declaration": "declaration",
    "type_definition": "type",
    "struct_specifier": "struct",
    "union_specifier": "struct",
    "enum_specifier": "enum",
    "preproc_def": "macro",
    "preproc_function_def": "macro",
}
_C_THROUGH = frozenset(
    {
        "translation_unit", "preproc_if", "preproc_ifdef", "preproc_else", "preproc_elif",
        "linkage_specification", "declaration_list",
    }
)  # fmt: skip
_C_NAMES = frozenset({"identifier", "field_identifier", "type_identifier"})
_C_IMPORTS = frozenset({"preproc_include"})
_C = Form(kinds=_C_KINDS, through=_C_THROUGH, names=_C_NAMES, imports=_C_IMPORTS)
_CPP = Form(
    kinds={
        **_C_KINDS,
        "class_specifier": "class",
        "namespace_definition": "namespace",
        "field_declaration": "declaration",
        "alias_declaration": "type",
        "concept_definition": "type",
    },
    around=frozenset({"template_declaration"}),
    through=_C_THROUGH,
    names=_C_NAMES | {"namespace_identifier"},
    imports=_C_IMPORTS,
)

FORMS: Mapping[str, Form] = {
    PYTHON: _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
    "go": _GO,
    "rust": _RUST,
    "java": _JAVA,
    "c": _C,
    "cpp": _CPP,
}
"""By the names of ``grammars.LANGUAGES``."""
