package shelflife

import "testing"

func TestNone(t *testing.T) {
	if got := Fresh(nil, 3); got != 0 {
		t.Fatalf("got %d", got)
	}
}

func TestLastDay(t *testing.T) {
	if got := Fresh([]int{3, 2, 9}, 3); got != 2 {
		t.Fatalf("got %d", got)
	}
}
