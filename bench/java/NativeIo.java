import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.Random;
import java.util.zip.CRC32C;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** NativeIo URI MEGABYTES ROUNDS: writes and reads a file with Hadoop's own client; one line "write|read MB/s" each. */
public class NativeIo {
  private static final int MB = 1 << 20;

  public static void main(String[] args) throws Exception {
    int megabytes = Integer.parseInt(args[1]);
    int rounds = Integer.parseInt(args[2]);
    Configuration conf = new Configuration();
    conf.setInt("dfs.replication", 1);
    FileSystem fs = FileSystem.get(URI.create(args[0]), conf);
    byte[] piece = new byte[MB];
    new Random(1).nextBytes(piece);
    for (int round = 0; round <= rounds; round++) {
      Path path = new Path("/io-" + round);
      long began = System.nanoTime();
      long written = write(fs, path, piece, megabytes);
      long wrote = System.nanoTime();
      long read = read(fs, path, megabytes);
      long ended = System.nanoTime();
      if (written != read) throw new IllegalStateException("what was read is not what was written");
      fs.delete(path, false);
      if (round == 0) continue; // the first warms both sides up
      System.out.printf("write %.1f%n", megabytes / ((wrote - began) / 1e9));
      System.out.printf("read %.1f%n", megabytes / ((ended - wrote) / 1e9));
    }
    fs.close();
  }

  /** A sum over the first bytes of every megabyte: a full one would measure itself. */
  private static long write(FileSystem fs, Path path, byte[] piece, int megabytes) throws Exception {
    CRC32C sum = new CRC32C();
    try (OutputStream out = fs.create(path, true)) {
      for (int i = 0; i < megabytes; i++) {
        piece[0] = (byte) i;
        piece[1] = (byte) (i >> 8);
        out.write(piece);
        sum.update(piece, 0, 64);
      }
    }
    return sum.getValue();
  }

  private static long read(FileSystem fs, Path path, int megabytes) throws Exception {
    CRC32C sum = new CRC32C();
    byte[] buffer = new byte[MB];
    try (InputStream in = fs.open(path)) {
      for (int i = 0; i < megabytes; i++) {
        if (in.readNBytes(buffer, 0, MB) != MB) throw new IllegalStateException("the file is too short");
        sum.update(buffer, 0, 64);
      }
      if (in.read() >= 0) throw new IllegalStateException("the file is too long");
    }
    return sum.getValue();
  }
}
