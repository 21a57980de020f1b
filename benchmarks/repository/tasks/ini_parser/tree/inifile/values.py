TRUE = {"1", "yes", "true", "on"}
FALSE = {"0", "no", "false", "off"}


def as_bool(value):
    word = value.lower()
    if word in TRUE:
        return True
    if word in FALSE:
        return False
    raise ValueError(f"{value!r} is neither yes nor no")


def as_list(value):
    return [item.strip() for item in value.split(",") if item.strip()]
