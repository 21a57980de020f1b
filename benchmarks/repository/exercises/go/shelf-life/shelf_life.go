package shelflife

// Fresh counts the goods that are still good on a day.
func Fresh(until []int, day int) int {
	panic("Please implement the Fresh function")
}
