module shelflife

go 1.18
