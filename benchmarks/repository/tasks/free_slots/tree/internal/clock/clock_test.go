package clock

import "testing"

func TestParse(t *testing.T) {
	got, err := Parse("09:30")
	if err != nil || got != At(9, 30) {
		t.Errorf("got %v, %v", got, err)
	}
	for _, text := range []string{"", "9", "25:00", "10:75"} {
		if _, err := Parse(text); err == nil {
			t.Errorf("%q was taken", text)
		}
	}
}

func TestString(t *testing.T) {
	if got := At(7, 5).String(); got != "07:05" {
		t.Errorf("got %s", got)
	}
}
