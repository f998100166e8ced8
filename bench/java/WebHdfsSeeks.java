import java.io.OutputStream;
import java.net.URI;
import java.util.Random;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** WebHdfsSeeks URI COUNT: reads 16 KB at random places of a file of 256 MB over webhdfs://; prints reads a second. */
public class WebHdfsSeeks {
  private static final int MB = 1 << 20;
  private static final int MEGABYTES = 256;
  private static final int READ_BYTES = 16 << 10;

  public static void main(String[] args) throws Exception {
    int count = Integer.parseInt(args[1]);
    FileSystem fs = FileSystem.get(URI.create(args[0]), new Configuration());
    Path path = new Path("/seeks");
    byte[] piece = new byte[MB];
    new Random(1).nextBytes(piece);
    try (OutputStream out = fs.create(path, true)) {
      for (int i = 0; i < MEGABYTES; i++) out.write(piece);
    }
    try (FSDataInputStream in = fs.open(path)) {
      read(in, piece, count / 4, new Random(2)); // warms both sides up
      long began = System.nanoTime();
      read(in, piece, count, new Random(3));
      System.out.printf("%.1f%n", count / ((System.nanoTime() - began) / 1e9));
    }
    fs.delete(path, false);
    fs.close();
  }

  private static void read(FSDataInputStream in, byte[] piece, int count, Random random) throws Exception {
    byte[] buffer = new byte[READ_BYTES];
    for (int i = 0; i < count; i++) {
      int place = random.nextInt(MEGABYTES * MB - READ_BYTES);
      in.seek(place);
      in.readFully(buffer);
      for (int at = 0; at < READ_BYTES; at += 64) {
        if (buffer[at] != piece[(place + at) % MB]) throw new IllegalStateException("wrong byte at " + (place + at));
      }
    }
  }
}
