package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode"
)

// Phone numbers from the ranges that Ofcom and the Bundesnetzagentur keep for
// fiction: nobody has them.
func london(i int) string    { return fmt.Sprintf("+442079460%03d", i%1000) }
func freephone(i int) string { return fmt.Sprintf("+448081570%03d", i%1000) }
func mobile(i int) string    { return fmt.Sprintf("+447700900%03d", i%1000) }
func berlin(i int) string    { return fmt.Sprintf("+493023125%03d", i%1000) }
func hamburg(i int) string   { return fmt.Sprintf("+494066969%03d", i%1000) }
func munich(i int) string    { return fmt.Sprintf("+498999998%03d", i%1000) }

var firstNames = []string{
	"Amara", "Benedikt", "Chiara", "Dmitri", "Elif", "Farid", "Greta", "Hassan", "Ines", "Jonas", "Keiko", "Luís",
	"Maren", "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Stefan", "Tamsin", "Ulrike", "Viktor", "Wanda", "Yusuf",
}

var lastNames = []string{
	"Albrecht", "Bakker", "Costa", "Dubois", "Eriksen", "Ferrari", "Grant", "Hoffmann", "Ivanova", "Jansen", "Kaya", "Lindqvist",
	"Moreau", "Novak", "Okafor", "Petrov", "Quinn", "Rossi", "Santos", "Tanaka", "Ueda", "Vargas", "Weber", "Young",
}

// fullName is a different one for each i up to 576.
func fullName(i int) string {
	n := len(firstNames)
	return firstNames[i%n] + " " + lastNames[(i*5+i/n)%n]
}

// address is the e-mail address of a name.
func address(name string) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '.'
		case r == 'í':
			return 'i'
		case r > unicode.MaxASCII:
			return -1
		}
		return unicode.ToLower(r)
	}, name)
	return plain + "@example.com"
}

var companies = []string{
	"Harbour Dental", "Linden Clinic", "Northgate Motors", "Oakfield Law", "Pier Hotel", "Quarry Homes", "Rivermill Bakery",
	"Sable Travel", "Tidewater Marine", "Upland Energy", "Vale Veterinary", "Westbrook Schools",
}

// one of several, by the seed's dice.
func one[T any](dice *rand.Rand, all ...T) T { return all[dice.IntN(len(all))] }

// often is true p times in a hundred.
func (sd *seed) often(p int) bool { return sd.dice.IntN(100) < p }

// earlier is a time within the last days, mostly in working hours.
func (sd *seed) earlier(days int) time.Time {
	for {
		t := sd.now.Add(-time.Duration(sd.dice.IntN(days*24*3600)) * time.Second)
		work := t.Hour() >= 8 && t.Hour() < 18 && t.Weekday() != time.Saturday && t.Weekday() != time.Sunday
		if work || sd.often(12) {
			return t
		}
	}
}

// day is a date so many days from now.
func (sd *seed) day(from int) string { return sd.now.AddDate(0, 0, from).Format(time.DateOnly) }

func stamp(t time.Time) string { return t.Format(time.RFC3339) }

// cents rounds money.
func cents(x float64) float64 { return float64(int(x*100+0.5)) / 100 }

// pairs makes rows of one property from texts.
func pairs(names [2]string, texts ...[2]string) []row {
	rows := make([]row, len(texts))
	for i, t := range texts {
		rows[i] = row{names[0]: t[0], names[1]: t[1]}
	}
	return rows
}

// first are the first n rows, or all where there are fewer.
func first[T any](n int, rows []T) []T { return rows[:min(n, len(rows))] }

// around are n of all, from the i-th on and around.
func around[T any](all []T, i, n int) []T {
	var some []T
	for k := range min(n, len(all)) {
		some = append(some, all[(i+k)%len(all)])
	}
	return some
}
