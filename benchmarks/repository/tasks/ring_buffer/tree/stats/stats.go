// Package stats computes figures over the last values.
package stats

import "example.org/ring"

// Moving is a moving average.
type Moving struct {
	values *ring.Buffer[float64]
}

// NewMoving averages over the last size values.
func NewMoving(size int) *Moving {
	return &Moving{values: ring.New[float64](size)}
}

// Add takes a value and gives the average so far.
func (m *Moving) Add(value float64) float64 {
	m.values.Push(value)
	sum := 0.0
	for _, each := range m.values.Items() {
		sum += each
	}
	return sum / float64(m.values.Len())
}

// Trend tells by how much the newest value lies above the oldest.
func (m *Moving) Trend() float64 {
	items := m.values.Items()
	if len(items) == 0 {
		return 0
	}
	last, _ := m.values.Last()
	return last - items[0]
}
