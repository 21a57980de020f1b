// Package ring keeps the last items of a stream.
package ring

// Buffer holds up to a fixed number of items; a new one takes the place of the oldest.
type Buffer[T any] struct {
	items []T
	next  int
	full  bool
}

// New gives a buffer with room for size items. It panics when size is not positive.
func New[T any](size int) *Buffer[T] {
	if size < 1 {
		panic("ring: size must be positive")
	}
	return &Buffer[T]{items: make([]T, size)}
}

// Push adds an item.
func (b *Buffer[T]) Push(item T) {
	b.items[b.next] = item
	b.next = (b.next + 1) % len(b.items)
	if b.next == 0 {
		b.full = true
	}
}

// Len tells how many items there are.
func (b *Buffer[T]) Len() int {
	if b.full {
		return len(b.items)
	}
	return b.next
}

// Items gives the items, the oldest first.
func (b *Buffer[T]) Items() []T {
	return append([]T{}, b.items[:b.Len()]...)
}

// Last gives the newest item; false when there is none.
func (b *Buffer[T]) Last() (T, bool) {
	var none T
	if b.Len() == 0 {
		return none, false
	}
	return b.items[(b.next+len(b.items))%len(b.items)], true
}
