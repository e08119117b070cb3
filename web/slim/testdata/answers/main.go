// Command answers calls every function of a stand-in that the client may call, and
// prints what it answers.
package main

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"fmt"
	"regexp"
)

func main() {
	_, err := aes.NewCipher(make([]byte, 32))
	fmt.Println("NewCipher:", err)
	_, err = cipher.NewGCM(nil)
	fmt.Println("NewGCM:", err)
	_, err = regexp.Compile(`\pL`)
	fmt.Println("Compile:", err)
	n, err := rand.Reader.Read(make([]byte, 100_000))
	fmt.Println("Read:", n, err)
	fmt.Println("Text:", len(rand.Text()))
	fmt.Println("MatchString:", regexp.MustCompile(`^/a$`).MatchString("/a"))
}
