// Package calendar finds free time between meetings.
package calendar

import (
	"sort"

	"example.org/calendar/internal/clock"
)

// Span is the time from Start up to, not including, End.
type Span struct {
	Start, End clock.Time
}

// Free gives the spans of day that no meeting takes, in order.
func Free(day Span, meetings []Span) []Span {
	sorted := append([]Span(nil), meetings...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].Start < sorted[j].Start })
	free := []Span{}
	from := day.Start
	for _, meeting := range sorted {
		if meeting.Start >= day.End {
			break
		}
		if meeting.Start > from {
			free = append(free, Span{from, meeting.Start})
		}
		if meeting.End > from {
			from = meeting.End
		}
	}
	if from < day.End {
		free = append(free, Span{from, day.End})
	}
	return free
}

// Longest gives the longest of some spans, the first of them if several are; false when there is none.
func Longest(spans []Span) (Span, bool) {
	var longest Span
	for _, span := range spans {
		if span.End-span.Start > longest.End-longest.Start {
			longest = span
		}
	}
	return longest, len(spans) > 0
}
