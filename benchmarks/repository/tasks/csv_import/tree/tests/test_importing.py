import pytest

from contacts import Contact, MissingColumn, load

ROWS = "Name,Email,City\nJürgen,J@X.de,Köln\n"
WANTED = [Contact("Jürgen", "j@x.de", "Köln")]


@pytest.fixture
def save(tmp_path):
    def write(text, encoding):
        path = tmp_path / "contacts.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_encodings(save, encoding):
    assert load(save(ROWS, encoding)) == WANTED


def test_semicolons_of_excel(save):
    assert load(save(ROWS.replace(",", ";"), "utf-8-sig")) == WANTED


def test_city_is_optional(save):
    assert load(save("email,name\na@b.c,Ann\n", "utf-8")) == [Contact("Ann", "a@b.c")]


def test_missing_column(save):
    with pytest.raises(MissingColumn, match="email"):
        load(save("name,city\nAnn,Bonn\n", "utf-8"))


def test_empty_file(save):
    with pytest.raises(MissingColumn):
        load(save("", "utf-8"))
