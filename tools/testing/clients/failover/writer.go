// Writes small files with the Go client until a file appears: writer STOP_FILE FOLDER NAME=HOST:PORT[,HOST:PORT...]
//
// FOLDER/NAME.log as in Writer.java.
package main

import (
	"crypto/sha256"
	"fmt"
	"math/rand"
	"os"
	"path"
	"strings"
	"time"

	"github.com/colinmarc/hdfs/v2"
)

func write(client *hdfs.Client, name string, content []byte) error {
	if err := client.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	out, err := client.Create(name)
	if err != nil {
		return err
	}
	if _, err = out.Write(content); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}

func main() {
	name, addresses, _ := strings.Cut(os.Args[3], "=")
	log, err := os.Create(os.Args[2] + "/" + name + ".log")
	if err != nil {
		panic(err)
	}
	client, err := hdfs.NewClient(hdfs.ClientOptions{Addresses: strings.Split(addresses, ","), User: os.Getenv("HADOOP_USER_NAME")})
	if err != nil {
		panic(err)
	}
	random := rand.New(rand.NewSource(1))
	content := make([]byte, 4096)
	for number := 0; ; number++ {
		if _, err := os.Stat(os.Args[1]); err == nil {
			return
		}
		random.Read(content)
		file := fmt.Sprintf("/load/%s/%d/%d", name, number/1000, number)
		started := time.Now().UnixMilli()
		if err := write(client, file, content); err != nil {
			fmt.Fprintf(log, "error %d %d %s %q\n", started, time.Now().UnixMilli(), file, err.Error())
			time.Sleep(100 * time.Millisecond)
		} else {
			fmt.Fprintf(log, "ack %s %x %d %d\n", file, sha256.Sum256(content), started, time.Now().UnixMilli())
		}
	}
}
