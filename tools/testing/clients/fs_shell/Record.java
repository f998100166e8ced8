import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Paths;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FsShell;
import org.apache.hadoop.util.ToolRunner;

/** Runs each line of a file as a command of Hadoop's shell, in one JVM, and writes down what came of it. */
public class Record {
  public static void main(String[] args) throws Exception {
    try (PrintStream record = new PrintStream(args[1], "UTF-8")) {
      for (String line : Files.readAllLines(Paths.get(args[0]))) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, "UTF-8"));
        System.setErr(new PrintStream(err, true, "UTF-8"));
        FsShell shell = new FsShell();
        shell.setConf(new Configuration());
        int code = ToolRunner.run(shell, line.split(" "));
        record.println("$ " + line);
        record.println("? " + (code & 255));
        write(record, "> ", out);
        write(record, "! ", err);
      }
    }
    System.exit(0);
  }

  private static void write(PrintStream record, String prefix, ByteArrayOutputStream bytes) throws Exception {
    for (String line : bytes.toString("UTF-8").split("\n")) if (!line.isEmpty()) record.println(prefix + line);
  }
}
