// Package clock knows times of day.
package clock

import "fmt"

// Time is the number of minutes since midnight.
type Time int

// At makes a time of hours and minutes.
func At(hour, minute int) Time {
	return Time(60*hour + minute)
}

// Parse reads "09:30".
func Parse(text string) (Time, error) {
	var hour, minute int
	if count, err := fmt.Sscanf(text, "%d:%d", &hour, &minute); err != nil || count != 2 {
		return 0, fmt.Errorf("clock: %q is no time", text)
	}
	if hour < 0 || hour > 24 || minute < 0 || minute > 59 {
		return 0, fmt.Errorf("clock: %q is no time of day", text)
	}
	return At(hour, minute), nil
}

func (t Time) String() string {
	return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60)
}
