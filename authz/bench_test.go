package authz_test

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"unsafe"

	"github.com/google/uuid"

	"bailiwick/authz"
	"bailiwick/catalog"
)

// The large worlds of the benchmarks: agencies of up to 1,000 sub-accounts, every
// tenth of which has sub-accounts of its own, and five logins for each account:
// three subusers, a service account and a member, who now and then belongs to
// the agency too.
const (
	agencySize       = 1000
	loginsPerAccount = 5
)

func drawnID(r *rand.ChaCha8) (id uuid.UUID) {
	binary.NativeEndian.PutUint64(id[:], r.Uint64())
	binary.NativeEndian.PutUint64(id[8:], r.Uint64())
	id[6], id[8] = id[6]&0x0f|0x70, id[8]&0x3f|0x80
	return id
}

type large struct {
	snapshot   *authz.Snapshot
	accounts   []uuid.UUID
	principals []authz.PrincipalID // five for each account, in its order
}

var larges = map[int]*large{}

func largeWorld(tb testing.TB, n int) *large {
	tb.Helper()
	if larges[n] != nil {
		return larges[n]
	}
	clear(larges) // one at a time
	c := catalog.MustLoad()
	r := rand.NewChaCha8([32]byte{byte(n >> 16), byte(n >> 8)})
	l := &large{snapshot: authz.NewSnapshot(c)}
	subuserRoles := c.Set("subuser").Roles[1:]
	memberRoles := append(c.Set("member").Roles[:0:0], c.Set("member").Roles...)
	var ch authz.Changes
	var agency, team uuid.UUID
	for i := range n {
		a := authz.AccountState{ID: drawnID(r), Kind: authz.Sub, Own: catalog.Entitlements(r.Uint64())}
		switch {
		case i%agencySize == 0:
			agency, team, a.Kind = a.ID, a.ID, authz.Main
		case i%10 == 0:
			a.Parent, team = agency, a.ID
		default:
			a.Parent = team
		}
		a.Tenant = agency
		ch.Accounts = append(ch.Accounts, a)
		l.accounts = append(l.accounts, a.ID)
		for k := range loginsPerAccount {
			p := authz.Principal{ID: authz.PrincipalID{Kind: authz.Subuser, ID: drawnID(r)}, Active: true}
			role := subuserRoles[int(r.Uint64()%uint64(len(subuserRoles)))]
			switch k {
			case 3:
				p.ID.Kind = authz.ServiceAccount
			case 4:
				p.ID.Kind = authz.Member
				role = memberRoles[int(r.Uint64()%uint64(len(memberRoles)))]
				if i%agencySize == 0 {
					role = c.Owner()
				}
				if i%7 == 0 {
					p.Assignments = append(p.Assignments, authz.Assignment{Account: agency, Role: c.Role("account:main_user").ID})
				}
			}
			p.Assignments = append(p.Assignments, authz.Assignment{Account: a.ID, Role: role.ID})
			ch.Principals = append(ch.Principals, p)
			l.principals = append(l.principals, p.ID)
		}
		if len(ch.Accounts) == 10*agencySize || i == n-1 {
			l.snapshot = l.snapshot.With(ch)
			ch = authz.Changes{}
		}
	}
	larges[n] = l
	return l
}

// question is one of those asked in a benchmark. Four of five are about the
// principal's own account, the rest about another of its agency.
type question struct {
	who     authz.PrincipalID
	p       catalog.Permission
	account uuid.UUID
}

// questions draws n about the people of the first accounts.
func (l *large) questions(n, accounts int) []question {
	r := rand.New(rand.NewPCG(1, 2))
	all := l.snapshot.Catalog().Permissions()
	list := make([]question, n)
	for i := range list {
		at := r.IntN(accounts * loginsPerAccount)
		account := at / loginsPerAccount
		if i%5 == 0 {
			account = account/agencySize*agencySize + r.IntN(min(agencySize, len(l.accounts)))
		}
		list[i] = question{l.principals[at], all[r.IntN(len(all))], l.accounts[min(account, len(l.accounts)-1)]}
	}
	return list
}

var allowed int

// BenchmarkDecide asks from ids to answer, in turns with the limit: only finding
// the account and the principal in the same structures, which no decision can do
// without. Both are the thread's processor time, the median over many turns, so
// that a busy machine disturbs neither the numbers nor their ratio. "busy" asks
// 1,000 different questions of everyone over and over, as in a busy minute;
// "agency" asks 1,000 of one agency, which shows what the size of the rest costs
// its people; "any" asks 200,000 of everyone, so that at a million accounts nearly
// every one finds its rows outside the caches.
func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 1_000_000} {
		if n > 100_000 && testing.Short() {
			continue
		}
		b.Run(fmt.Sprintf("%d/agency", n), func(b *testing.B) { inTurns(b, largeWorld(b, n), 1000, agencySize) })
		b.Run(fmt.Sprintf("%d/busy", n), func(b *testing.B) { inTurns(b, largeWorld(b, n), 1000, n) })
		b.Run(fmt.Sprintf("%d/any", n), func(b *testing.B) { inTurns(b, largeWorld(b, n), 200_000, n) })
	}
}

const turn = 5000 // questions

func inTurns(b *testing.B, l *large, asked, accounts int) {
	s, list := l.snapshot, l.questions(asked, accounts)
	next := 0
	ask := func(f func(q *question)) float64 {
		return timed(func() {
			for range turn {
				f(&list[next])
				if next++; next == len(list) {
					next = 0
				}
			}
		}) / turn
	}
	var limit, decide, may []float64
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N || len(limit) < 3; i += turn {
		limit = append(limit, ask(func(q *question) {
			a, ok := s.Find(q.account)
			if w := s.Who(q.who); ok && w.Known() {
				allowed += int(a)
			}
		}))
		decide = append(decide, ask(func(q *question) {
			a, _ := s.Find(q.account)
			if s.Decide(s.Who(q.who), q.p, a).Allow {
				allowed++
			}
		}))
		may = append(may, ask(func(q *question) {
			a, _ := s.Find(q.account)
			may := s.May(s.Who(q.who), a)
			allowed += int(may[0] & 1)
		}))
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(limit), "limit-ns")
	b.ReportMetric(median(decide), "decide-ns")
	b.ReportMetric(median(decide)/median(limit), "x-limit")
	b.ReportMetric(median(may), "may-ns")
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// timed is the processor time, in nanoseconds, that f takes on its thread.
func timed(f func()) float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	began := processorTime()
	f()
	return float64(processorTime() - began)
}

func processorTime() int64 {
	var t syscall.Timespec
	const threadCPUTime = 3 // CLOCK_THREAD_CPUTIME_ID
	if _, _, err := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, threadCPUTime, uintptr(unsafe.Pointer(&t)), 0); err != 0 {
		panic(err)
	}
	return t.Nano()
}

// BenchmarkMemory reports what a snapshot of a million accounts and five million
// logins holds on to.
func BenchmarkMemory(b *testing.B) {
	if testing.Short() {
		b.Skip("builds a million accounts")
	}
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	clear(larges)
	before := heap()
	l := largeWorld(b, 1_000_000)
	l.accounts, l.principals = nil, nil
	b.ReportMetric(float64(heap()-before)/1e6, "MB")
	b.ReportMetric(0, "ns/op")
	runtime.KeepAlive(l)
	clear(larges)
}

// BenchmarkChange is what With costs by the size of the change.
func BenchmarkChange(b *testing.B) {
	for _, n := range []int{1_000, 1_000_000} {
		if n > 1000 && testing.Short() {
			continue
		}
		var l *large
		of := func(name string, change func(i int) authz.Changes) {
			b.Run(fmt.Sprintf("%d/%s", n, name), func(b *testing.B) {
				l = largeWorld(b, n)
				r := rand.NewChaCha8([32]byte{1})
				b.ReportAllocs()
				b.ResetTimer()
				took := make([]float64, 0, b.N)
				for range b.N {
					ch := change(int(r.Uint64() >> 1))
					took = append(took, timed(func() { l.snapshot.With(ch) }))
				}
				b.ReportMetric(median(took), "cpu-ns")
			})
		}
		role := func(i int) catalog.RoleID {
			set := l.snapshot.Catalog().Set("subuser").Roles[1:]
			return set[i%len(set)].ID
		}
		of("a principal's roles", func(i int) authz.Changes {
			at := i % len(l.principals)
			return authz.Changes{Principals: []authz.Principal{{ID: l.principals[at], Active: true,
				Assignments: []authz.Assignment{{Account: l.accounts[at/loginsPerAccount], Role: role(i)}}}}}
		})
		of("a new principal", func(i int) authz.Changes {
			return authz.Changes{Principals: []authz.Principal{{ID: authz.PrincipalID{Kind: authz.Subuser, ID: number(9, i)}, Active: true,
				Assignments: []authz.Assignment{{Account: l.accounts[i%len(l.accounts)], Role: role(i)}}}}}
		})
		of("a new account", func(i int) authz.Changes {
			parent := l.accounts[i%len(l.accounts)]
			at, _ := l.snapshot.Find(parent)
			return authz.Changes{Accounts: []authz.AccountState{{ID: number(9, i), Tenant: l.snapshot.Tenant(at), Parent: parent}}}
		})
	}
}

// BenchmarkRule is Select all over that many sub-accounts of one agency.
func BenchmarkRule(b *testing.B) {
	for _, n := range []int{20_000, 1_000_000} {
		if n > 20_000 && testing.Short() {
			continue
		}
		var once sync.Once
		var s *authz.Snapshot
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			once.Do(func() {
				clear(larges)
				ch := authz.Changes{Accounts: []authz.AccountState{{ID: analytical, Tenant: analytical, Kind: authz.Main}}}
				for i := range n {
					ch.Accounts = append(ch.Accounts, authz.AccountState{ID: number(9, i), Tenant: analytical, Parent: analytical, Kind: authz.Sub})
				}
				s = authz.NewSnapshot(catalog.MustLoad()).With(ch)
			})
			bit := s.Catalog().Entitlement("logs").Bit
			allowed := true
			b.ReportAllocs()
			b.ResetTimer()
			var took []float64
			for range b.N {
				took = append(took, timed(func() {
					s = s.With(authz.Changes{Rules: []authz.Rule{{Parent: analytical, Entitlement: bit, Allowed: allowed}}})
				}))
				allowed = !allowed
			}
			b.ReportMetric(median(took), "cpu-ns")
		})
	}
}
