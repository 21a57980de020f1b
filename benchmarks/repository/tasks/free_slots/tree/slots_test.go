package calendar

import (
	"fmt"
	"strings"
	"testing"

	"example.org/calendar/internal/clock"
)

func span(t *testing.T, text string) Span {
	t.Helper()
	first, last, _ := strings.Cut(text, "-")
	start, err := clock.Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	end, err := clock.Parse(last)
	if err != nil {
		t.Fatal(err)
	}
	return Span{start, end}
}

func spans(t *testing.T, text string) []Span {
	t.Helper()
	found := []Span{}
	for _, each := range strings.Fields(text) {
		found = append(found, span(t, each))
	}
	return found
}

func check(t *testing.T, meetings, want string) {
	t.Helper()
	got := fmt.Sprint(Free(span(t, "09:00-17:00"), spans(t, meetings)))
	if wanted := fmt.Sprint(spans(t, want)); got != wanted {
		t.Errorf("got %s, want %s", got, wanted)
	}
}

func TestNoMeeting(t *testing.T) { check(t, "", "09:00-17:00") }

func TestBetween(t *testing.T) {
	check(t, "10:00-11:00 13:00-14:00", "09:00-10:00 11:00-13:00 14:00-17:00")
}

func TestWholeDay(t *testing.T) { check(t, "08:00-18:00", "") }

func TestTouching(t *testing.T) { check(t, "09:00-10:00 10:00-11:00", "11:00-17:00") }

func TestWithin(t *testing.T) { check(t, "10:00-15:00 11:00-12:00", "09:00-10:00 15:00-17:00") }

func TestAnyOrder(t *testing.T) { check(t, "15:00-16:00 10:00-11:00", "09:00-10:00 11:00-15:00 16:00-17:00") }

func TestOutsideOfTheDay(t *testing.T) { check(t, "07:00-08:00 18:00-19:00", "09:00-17:00") }

func TestTheListStays(t *testing.T) {
	meetings := spans(t, "15:00-16:00 10:00-11:00")
	Free(span(t, "09:00-17:00"), meetings)
	if meetings[0].Start != clock.At(15, 0) {
		t.Error("the meetings were reordered")
	}
}

func TestLongest(t *testing.T) {
	if _, ok := Longest(nil); ok {
		t.Error("there is none")
	}
	if got, _ := Longest(spans(t, "09:00-10:00 11:00-13:00")); got != span(t, "11:00-13:00") {
		t.Errorf("got %v", got)
	}
}
