import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.security.MessageDigest;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Writes small files with Hadoop's client until a file appears: java Writer STOP_FILE FOLDER NAME=URI...
 *
 * <p>FOLDER/NAME.log has a line "ack PATH SHA256 STARTED_MS ENDED_MS" for each file whose close returned, and
 * "error STARTED_MS ENDED_MS TEXT" for each that failed.
 */
public final class Writer {
  public static void main(String[] args) throws Exception {
    for (int i = 2; i < args.length; i++) {
      String[] pair = args[i].split("=", 2);
      PrintStream log = new PrintStream(Files.newOutputStream(Paths.get(args[1], pair[0] + ".log")), true);
      new Thread(() -> write(args[0], pair[0], pair[1], log)).start();
    }
  }

  private static void write(String stopFile, String name, String uri, PrintStream log) {
    Random random = new Random(name.hashCode());
    byte[] content = new byte[4096];
    for (int i = 0; !Files.exists(Paths.get(stopFile)); i++) {
      random.nextBytes(content);
      String path = String.format("/load/%s/%d/%d", name, i / 1000, i);
      long started = System.currentTimeMillis();
      try {
        FileSystem fs = FileSystem.get(URI.create(uri), new Configuration());
        try (OutputStream out = fs.create(new Path(path), false)) {
          out.write(content);
        }
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
        StringBuilder hex = new StringBuilder();
        for (byte each : digest) hex.append(String.format("%02x", each));
        log.println("ack " + path + " " + hex + " " + started + " " + System.currentTimeMillis());
      } catch (Exception error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text));
        log.println("error " + started + " " + System.currentTimeMillis() + " " + path + " "
            + text.toString().replace('\n', ' '));
      }
    }
  }
}
