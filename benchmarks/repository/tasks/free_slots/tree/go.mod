module example.org/calendar

go 1.18
