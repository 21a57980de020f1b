from money import Invoice, Item, Money


def test_net():
    invoice = Invoice(items=[Item("pen", Money.of("1.20"), 3), Item("ink", Money.of("4.00"))])
    assert invoice.net == Money.of("7.60")


def test_gross():
    assert Invoice(items=[Item("pen", Money.of("10.00"))]).gross == Money.of("11.90")


def test_half_a_cent_of_tax():
    assert Invoice("5", [Item("stamp", Money.of("0.50"))]).gross == Money.of("0.53")
