package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/BurntSushi/toml"
)

const (
	// configFlag names the file of settings.
	configFlag = "config"
	// configFileMax is far more than a line for each setting takes.
	configFileMax = 1 << 20
)

// fromFile sets what the file at path says and nothing else has set. A key is a flag's
// name; one that is unknown is refused, or a misspelt bound would bound nothing.
func fromFile(fs *flag.FlagSet, from sources, settings []setting, path string) error {
	values, err := readConfigFile(path)
	if err != nil {
		return fmt.Errorf("--%s %s: %w", configFlag, path, err)
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		i := slices.IndexFunc(settings, func(s setting) bool { return s.name == key && key != configFlag })
		if i < 0 {
			return fmt.Errorf("--%s %s: there is no setting %q%s", configFlag, path, key, suggest(key, settings))
		}
		text, err := settings[i].textOf(values[key])
		if err == nil {
			err = from.set(fs, key, text, source{"file", path})
		}
		if err != nil {
			return fmt.Errorf("--%s %s: %s: %w", configFlag, path, key, err)
		}
	}
	return nil
}

// readConfigFile returns the top level of a TOML file. Its errors quote nothing of the
// file: what cannot be read may be a password without its quotes.
func readConfigFile(path string) (values map[string]any, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.Unwrap(err) // the path is told already
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, configFileMax+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > configFileMax:
		return nil, fmt.Errorf("the file is longer than %d bytes", configFileMax)
	}
	err = toml.Unmarshal(data, &values)
	if e, ok := errors.AsType[toml.ParseError](err); ok {
		return nil, fmt.Errorf("line %d is not TOML, or a name stands there twice: lines look like "+
			`addr = "127.0.0.1:8000" and workers = 2`, e.Position.Line)
	}
	return values, err
}

// textOf is a value of TOML as it would stand on the command line.
func (s setting) textOf(value any) (string, error) {
	switch v := value.(type) {
	case string:
		return v, nil
	case int64, float64, bool:
		return fmt.Sprint(v), nil
	case []any:
		if s.list {
			return s.joined(v)
		}
	}
	if s.list {
		return "", errors.New("takes a text or an array of texts")
	}
	return "", errors.New("takes one text, number, true or false")
}

// joined is an array as it would stand on the command line.
func (s setting) joined(array []any) (string, error) {
	texts := make([]string, len(array))
	for i, v := range array {
		text, ok := v.(string)
		if !ok || strings.Contains(text, ",") {
			return "", errors.New("takes an array of texts without commas")
		}
		texts[i] = text
	}
	return strings.Join(texts, ","), nil
}

// suggest names the setting that a misspelt key most likely means, if one is close.
func suggest(key string, settings []setting) string {
	best, distance := "", len(key)/2+1
	for _, s := range settings {
		if d := editDistance(strings.ReplaceAll(key, "_", "-"), s.name); d < distance {
			best, distance = s.name, d
		}
	}
	if best == "" {
		return "; see atalaya --help"
	}
	return fmt.Sprintf("; did you mean %q?", best)
}

// editDistance is how many bytes are added, removed or replaced on the way from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
