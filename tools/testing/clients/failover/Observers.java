import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads through ObserverReadProxyProvider: java Observers write COUNT | java Observers read. The first process reads what
 * it has written itself and then says so; the second one, which knows nothing of the first one's state, asks msync and
 * must see it, and never less than before. java Observers get COUNT: only reads, of one file.
 */
public final class Observers {
  private static final Path FOLDER = new Path("/observed");
  private static final int READS = 8;

  public static void main(String[] args) throws Exception {
    Configuration conf = new Configuration();
    conf.set("dfs.client.failover.proxy.provider.rfs",
        "org.apache.hadoop.hdfs.server.namenode.ha.ObserverReadProxyProvider");
    FileSystem fs = FileSystem.newInstance(URI.create("hdfs://rfs"), conf);
    switch (args[0]) {
      case "write" -> write(fs, Integer.parseInt(args[1]));
      case "read" -> read(fs);
      default -> get(fs, Integer.parseInt(args[1]));
    }
  }

  private static void write(FileSystem fs, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      Path path = new Path(FOLDER, String.valueOf(i));
      try (FSDataOutputStream out = fs.create(path)) {
        out.writeInt(i);
      }
      if (fs.getFileStatus(path).getLen() != 4) throw new AssertionError("own write " + i + " not seen");
      if (fs.listStatus(FOLDER).length < i + 1) throw new AssertionError("own write " + i + " not listed");
      System.out.println(i);
      System.out.flush();
    }
  }

  private static void read(FileSystem fs) throws Exception {
    BufferedReader told = new BufferedReader(new InputStreamReader(System.in));
    int seen = 0;
    for (String line = told.readLine(); line != null; line = told.readLine()) {
      int written = Integer.parseInt(line);
      fs.msync();
      if (fs.getFileStatus(new Path(FOLDER, line)).getLen() != 4) throw new AssertionError(line + " not seen after msync");
      for (int i = 0; i < READS; i++) {
        int count = fs.listStatus(FOLDER).length;
        if (count < Math.max(seen, written + 1)) throw new AssertionError("went back at " + line);
        seen = count;
      }
    }
    if (seen == 0) throw new AssertionError("nothing was written");
  }

  private static void get(FileSystem fs, int count) throws Exception {
    Path path = new Path(FOLDER, "0");
    for (int i = 0; i < count; i++) {
      if (fs.getFileStatus(path).getLen() != 4) throw new AssertionError("read " + i);
    }
  }
}
