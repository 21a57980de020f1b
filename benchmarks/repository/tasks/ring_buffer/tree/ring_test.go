package ring

import (
	"fmt"
	"testing"
)

func filled(size, count int) *Buffer[int] {
	buffer := New[int](size)
	for number := 1; number <= count; number++ {
		buffer.Push(number)
	}
	return buffer
}

func TestItems(t *testing.T) {
	for _, test := range []struct {
		name  string
		count int
		want  string
	}{
		{"empty", 0, "[]"},
		{"some", 2, "[1 2]"},
		{"full", 3, "[1 2 3]"},
		{"one over", 4, "[2 3 4]"},
		{"many over", 11, "[9 10 11]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := fmt.Sprint(filled(3, test.count).Items()); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
}

func TestLen(t *testing.T) {
	for count, want := range []int{0, 1, 2, 3, 3, 3} {
		if got := filled(3, count).Len(); got != want {
			t.Errorf("%d pushes: got %d, want %d", count, got, want)
		}
	}
}

func TestLast(t *testing.T) {
	if _, ok := New[int](2).Last(); ok {
		t.Error("an empty buffer has no last item")
	}
	for count := 1; count < 8; count++ {
		if got, ok := filled(3, count).Last(); !ok || got != count {
			t.Errorf("got %d, want %d", got, count)
		}
	}
}

func TestItemsAreACopy(t *testing.T) {
	buffer := filled(3, 2)
	buffer.Items()[0] = 9
	if buffer.Items()[0] != 1 {
		t.Error("a change of the copy changed the buffer")
	}
}

func TestNoRoom(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New[int](0)
}
