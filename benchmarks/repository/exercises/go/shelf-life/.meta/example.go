package shelflife

// Fresh counts the goods that are still good on a day.
func Fresh(until []int, day int) int {
	count := 0
	for _, last := range until {
		if last >= day {
			count++
		}
	}
	return count
}
