//go:build linux

package postgres

import "time"

// Pauses between attempts to start the server again: the first is made at once.
const (
	firstPause = 100 * time.Millisecond
	longPause  = 10 * time.Second
	// steady is how long a server must have run for its end to be a new story.
	steady = 2 * time.Second
)

// supervise starts the server again whenever it ends, until Stop.
func (s *Server) supervise() {
	defer close(s.supervised)
	var pause time.Duration
	for {
		began := time.Now()
		select {
		case <-s.stopping.Done():
			return
		case <-s.process.exited:
		}
		s.log.Error("Postgres ended, starting it again", "err", s.process.failure())
		if time.Since(began) > steady {
			pause = 0
		}
		s.process = nil
		for s.process == nil {
			select {
			case <-s.stopping.Done():
				return
			case <-time.After(pause):
			}
			pause = min(max(2*pause, firstPause), longPause)
			began = time.Now()
			p, err := s.launch(s.stopping)
			if err != nil {
				s.log.Error("Postgres did not start", "err", err, "next attempt in", pause)
				continue
			}
			s.process = p
			s.log.Info("Postgres is running again", "took", time.Since(began).Round(time.Millisecond))
		}
	}
}
