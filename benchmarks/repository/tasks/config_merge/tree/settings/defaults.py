DEFAULTS = {
    "debug": False,
    "db": {"host": "localhost", "port": 5432, "options": {"timeout": 30}},
    "plugins": ["core"],
}
