import java.net.URI;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Reads through ObserverReadProxyProvider: java Observers COUNT. One client reads what it has written itself; another one,
 * with a state of its own as another process has, asks msync and reads it then.
 */
public final class Observers {
  public static void main(String[] args) throws Exception {
    Configuration conf = new Configuration();
    conf.set("dfs.client.failover.proxy.provider.rfs",
        "org.apache.hadoop.hdfs.server.namenode.ha.ObserverReadProxyProvider");
    FileSystem writer = FileSystem.newInstance(URI.create("hdfs://rfs"), conf);
    FileSystem reader = FileSystem.newInstance(URI.create("hdfs://rfs"), conf);
    int count = Integer.parseInt(args[0]);
    for (int i = 0; i < count; i++) {
      Path path = new Path("/observed/" + i);
      try (FSDataOutputStream out = writer.create(path)) {
        out.writeInt(i);
      }
      if (writer.getFileStatus(path).getLen() != 4) throw new AssertionError("own write " + i + " not seen");
      reader.msync();
      if (reader.getFileStatus(path).getLen() != 4) throw new AssertionError("write " + i + " not seen after msync");
      for (int j = 0; j < 8; j++) {
        if (reader.listStatus(new Path("/observed")).length < i + 1) throw new AssertionError("went back at " + i);
      }
    }
  }
}
