package stats

import "testing"

func TestAverage(t *testing.T) {
	moving := NewMoving(2)
	for number, want := range []float64{1, 1.5, 2.5} {
		if got := moving.Add(float64(number + 1)); got != want {
			t.Errorf("got %v, want %v", got, want)
		}
	}
}

func TestTrend(t *testing.T) {
	moving := NewMoving(3)
	for _, value := range []float64{5, 1, 2, 4} {
		moving.Add(value)
	}
	if got := moving.Trend(); got != 3 {
		t.Errorf("got %v, want 3", got)
	}
}
