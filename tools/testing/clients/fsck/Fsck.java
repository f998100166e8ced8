import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.apache.hadoop.hdfs.tools.DFSck;
import org.apache.hadoop.util.ToolRunner;

/**
 * Brings a cluster of three datanodes into every state that fsck tells of, and writes down what Hadoop's own fsck
 * prints. Arguments: the folder with all data of the datanodes, the commands, and the record.
 */
public class Fsck {
  private static final int BLOCK = 1 << 20;
  private final Configuration conf = new HdfsConfiguration();
  private final DistributedFileSystem dfs;
  private final Path data;

  public static void main(String[] args) throws Exception {
    new Fsck(Paths.get(args[0])).run(Paths.get(args[1]), args[2]);
    System.exit(0);
  }

  private Fsck(Path data) throws Exception {
    this.data = data;
    conf.setInt("dfs.client.retry.window.base", 10);
    dfs = (DistributedFileSystem) FileSystem.get(conf);
  }

  private void run(Path commands, String record) throws Exception {
    write("/f/good", 3, 100);
    write("/f/empty", 3, 0);
    write("/f/two", 2, BLOCK + 10);
    write("/f/few", 5, 100);
    write("/f/bad", 1, 2 * BLOCK);
    write("/f/gone", 1, 100);
    write("/f/partly", 3, 100);
    dfs.mkdirs(path("/f/dir/below"));
    write("/g/fine", 3, 10);
    FSDataOutputStream open = create("/f/open", 3);
    open.write(new byte[100]);
    open.hflush();
    flip(block("/f/bad", 0), 1);
    remove(block("/f/gone", 0));
    flip(block("/f/partly", 0), 1);
    for (int tries = 0; dfs.getClient().getMissingBlocksCount() < 2; tries++) {
      if (tries == 1000) throw new Exception("the damage is not seen");
      read("/f/gone");
      Thread.sleep(100);
    }
    try (PrintStream out = new PrintStream(record, "UTF-8")) {
      for (String line : Files.readAllLines(commands)) {
        if (line.isEmpty()) continue;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int code = ToolRunner.run(new DFSck(conf, new PrintStream(said, true, "UTF-8")), words(line));
        out.println("$ " + line);
        out.println("? " + (code & 255));
        out.print(said.toString("UTF-8"));
      }
    }
    open.close();
  }

  /** BLOCK(/path) stands for the name of a file's first block. */
  private String[] words(String line) throws Exception {
    String[] words = line.split(" ");
    for (int i = 0; i < words.length; i++) {
      if (!words[i].startsWith("BLOCK(")) continue;
      words[i] = "blk_" + block(words[i].substring(6, words[i].length() - 1), 0).getBlock().getBlockId();
    }
    return words;
  }

  private static org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path(name);
  }

  private FSDataOutputStream create(String name, int replication) throws Exception {
    return dfs.create(path(name), true, 4096, (short) replication, BLOCK);
  }

  private void write(String name, int replication, int bytes) throws Exception {
    try (FSDataOutputStream out = create(name, replication)) {
      out.write(new byte[bytes]);
    }
  }

  private void read(String name) throws Exception {
    try (java.io.InputStream in = dfs.open(path(name))) {
      while (in.read(new byte[4096]) >= 0);
    } catch (java.io.IOException expected) {
      return;
    }
  }

  private LocatedBlock block(String name, int index) throws Exception {
    return dfs.getClient().getLocatedBlocks(name, 0, Long.MAX_VALUE).get(index);
  }

  /** The replicas of a block on disk, with their sums. */
  private List<Path> files(LocatedBlock block) throws Exception {
    String name = "blk_" + block.getBlock().getBlockId();
    try (Stream<Path> all = Files.walk(data)) {
      return all.filter(file -> file.getFileName().toString().matches(name + "(_\\d+\\.meta)?")).collect(Collectors.toList());
    }
  }

  /** Turns a byte of some replicas on disk and tells the namenode of them, as a reader would. */
  private void flip(LocatedBlock block, int count) throws Exception {
    String folder = block.getLocations()[0].getDatanodeUuid();
    int flipped = 0;
    for (Path file : files(block)) {
      if (file.toString().endsWith(".meta") || flipped++ >= count) continue;
      try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
        bytes.seek(5);
        bytes.write(~0);
      }
      for (int i = 0; i < block.getLocations().length; i++) {
        if (!holds(file, block.getStorageIDs()[i])) continue;
        LocatedBlock bad = LocatedBlock.class.cast(new LocatedBlock(
            block.getBlock(),
            new org.apache.hadoop.hdfs.protocol.DatanodeInfoWithStorage[] {
              (org.apache.hadoop.hdfs.protocol.DatanodeInfoWithStorage) block.getLocations()[i]
            },
            new String[] {block.getStorageIDs()[i]},
            new org.apache.hadoop.fs.StorageType[] {block.getStorageTypes()[i]}));
        dfs.getClient().reportBadBlocks(new LocatedBlock[] {bad});
      }
    }
    if (flipped == 0) throw new Exception("no replica of " + block + " under " + data + " " + folder);
  }

  /** True when the file lies in the folder of this storage. */
  private static boolean holds(Path file, String storage) throws Exception {
    for (Path folder = file.getParent(); folder != null; folder = folder.getParent()) {
      Path version = folder.resolve("VERSION");
      if (!Files.exists(version)) continue;
      String text = Files.readString(version);
      if (text.contains("storageID=")) return text.contains("storageID=" + storage);
    }
    return false;
  }

  private void remove(LocatedBlock block) throws Exception {
    for (Path file : files(block)) Files.delete(file);
  }
}
