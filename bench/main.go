// Command bench puts the decision beside other engines: the same policy, the same
// world, the same questions, in turns in one process. Each engine must first
// give the oracle's answer to every question; it prints ratios.
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"syscall"
	"unsafe"

	"bailiwick/authz"
)

// engine answers questions. It is given them beforehand, so that turning them
// into its own form of request is not in its time.
type engine struct {
	name    string
	prepare func([]question) func(i int) bool
}

func newOurs(w *world) engine {
	s := authz.NewSnapshot(w.catalog).With(w.changes())
	return engine{"bailiwick", func(list []question) func(i int) bool {
		return func(i int) bool {
			q := &list[i]
			a, _ := s.Find(q.account)
			return s.Decide(s.Who(q.who.ID), q.p, a).Allow
		}
	}}
}

func main() {
	accounts := flag.Int("accounts", 1000, "accounts in the world, each with five logins")
	asked := flag.Int("questions", 1000, "questions, each checked against the oracle")
	turns := flag.Int("turns", 15, "turns of each engine")
	flag.Parse()

	w := newWorld(*accounts)
	list := w.questions(*asked)
	fmt.Printf("%d accounts, %d logins, %d questions\n", len(w.accounts), len(w.principals), len(list))
	engines := []engine{newOurs(w), newCedar(w), newCasbin(w)}
	ask := make([]func(int) bool, len(engines))
	allowed := 0
	for k, e := range engines {
		ask[k] = e.prepare(list)
		for i, q := range list {
			want := w.oracle.Allows(q.who.ID, q.p, q.account)
			if got := ask[k](i); got != want {
				fmt.Fprintf(os.Stderr, "%s says %v, the oracle %v: %s, %s at %s\n", e.name, got, want, q.who.ID, w.catalog.Info(q.p).Key, q.account)
				os.Exit(1)
			}
			if k == 0 && want {
				allowed++
			}
		}
	}
	fmt.Printf("all engines agree with the oracle: %d allowed, %d denied\n\n", allowed, len(list)-allowed)

	took := make([][]float64, len(engines))
	for range *turns {
		for k := range engines {
			took[k] = append(took[k], perAnswer(ask[k], len(list)))
		}
	}
	fmt.Printf("%-10s %12s %12s %8s  %s\n", "engine", "ns, median", "quartiles", "", "times ours")
	ours := at(took[0], 2)
	for k, e := range engines {
		fmt.Printf("%-10s %12.0f %10.0f – %-10.0f  %.0f\n", e.name, at(took[k], 2), at(took[k], 1), at(took[k], 3), at(took[k], 2)/ours)
	}
}

// at is a quartile.
func at(all []float64, quartile int) float64 {
	slices.Sort(all)
	return all[len(all)*quartile/4]
}

// perAnswer is the thread's processor time for an answer, over as many rounds of
// all questions as make ten milliseconds.
func perAnswer(ask func(int) bool, n int) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began, answers := processorTime(), 0
	for answers == 0 || processorTime()-began < 10e6 {
		for i := range n {
			ask(i)
		}
		answers += n
	}
	return float64(processorTime()-began) / float64(answers)
}

func processorTime() int64 {
	var t syscall.Timespec
	const threadCPUTime = 3 // CLOCK_THREAD_CPUTIME_ID
	if _, _, err := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadCPUTime, uintptr(unsafe.Pointer(&t)), 0); err != 0 {
		panic(err)
	}
	return t.Nano()
}
