// What test_clients.py asks of each client, in Java: java Program SOCKET STEP USER.
import icure.IcureSyncd;
import icure.IcureSyncd.ConnectionLost;
import icure.IcureSyncd.IcureError;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

public final class Program {
  private static final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);

  private static String quoted(Object value) {
    return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
  }

  /** Texts that need no escapes, numbers, and lists of them. */
  private static void say(Object... facts) {
    var members = new ArrayList<String>();
    for (int i = 0; i < facts.length; i += 2) {
      var value = facts[i + 1] instanceof List<?> list
          ? list.stream().map(Program::quoted).toList().toString() : quoted(facts[i + 1]);
      members.add(quoted(facts[i]) + ":" + value);
    }
    out.println("{" + String.join(",", members) + "}");
  }

  private static void refused(IcureSyncd daemon, Duration timeout, String method, Map<String, ?> params) {
    try {
      daemon.call(method, params, timeout);
    } catch (IcureError error) {
      say("error", error.getClass().getSimpleName(), "word", error.word(), "retryable", error.retryable,
          "hint", error.hint.replace('"', '\''), "key", error.key());
    }
  }

  private static void ask(IcureSyncd daemon, String user) {
    var anna = daemon.call("user.get", Map.of("email", "anna.vermeulen@clinic.test"));
    say("name", IcureSyncd.at(anna, "user", "name"));
    var search = daemon.call("user.search", Map.of("text", "anna verm"));
    List<Map<String, Object>> found = IcureSyncd.at(search, "rows");
    say("found", found.stream().map(row -> row.get("name")).toList());
    var listed = new ArrayList<Object>();
    for (var row : daemon.rows("user.list", Map.of("limit", 50))) listed.add(row.get("id"));
    say("listed", listed);
    int pages = 0;
    for (var page : daemon.pages("user.list", Map.of("limit", 50))) pages += page.isEmpty() ? 0 : 1;
    say("pages", pages);
    var patch = Map.of("name", "Zoë ☤ 𝄞");
    var first = daemon.call("user.modify", Map.of("id", user, "patch", patch));
    var again = daemon.call("user.modify", Map.of("key", first.get("key"), "id", user, "patch", patch));
    say("items", List.of(IcureSyncd.at(first, "item", "id"), IcureSyncd.at(again, "item", "id")),
        "name", IcureSyncd.at(daemon.call("user.get", Map.of("id", user)), "user", "name"));
    var enough = Duration.ofSeconds(30);
    refused(daemon, enough, "user.get", Map.of("id", "nobody"));
    refused(daemon, enough, "user.get", Map.of("id", 7));
    refused(daemon, enough, "no.such.method", Map.of());
    refused(daemon, enough, "user.modify", Map.of("key", "mine", "id", "nobody", "patch", patch));
    refused(daemon, enough, "user.search", Map.of("text", "x".repeat(70000)));
    refused(daemon, Duration.ZERO, "sync.run", Map.of("wait", true, "full", true));
  }

  private static void order(IcureSyncd daemon, String user) {
    var done = Collections.synchronizedList(new ArrayList<String>());
    var slow = daemon.start("sync.run", Map.of("wait", true, "full", true)).thenRun(() -> done.add("slow"));
    var fast = daemon.start("daemon.status", Map.of()).thenRun(() -> done.add("fast"));
    slow.join();
    fast.join();
    say("order", done);
  }

  private static void lost(IcureSyncd daemon, String user) throws IOException {
    daemon.call("daemon.status", Map.of());
    say("ready", true);
    System.in.read();
    var read = daemon.start("user.get", Map.of("id", user));
    var write = daemon.start("user.modify", Map.of("id", user, "patch", Map.of("name", "Once")));
    var neither = daemon.start("sync.pause", Map.of("for_s", 1));
    say("read", IcureSyncd.at(read.join(), "user", "id"));
    say("item", IcureSyncd.at(write.join(), "item", "id"), "key", write.join().get("key"));
    try {
      neither.join();
    } catch (CompletionException error) {
      if (error.getCause() instanceof ConnectionLost lost) {
        say("error", lost.getClass().getSimpleName(), "retryable", lost.retryable);
      }
    }
  }

  private static void events(IcureSyncd daemon, String user) {
    long seen;
    try (var subscription = daemon.subscribe(List.of("user", "sync"), null)) {
      say("seq", subscription.seq());
      for (var event : subscription) {
        say("event", List.of(event.get("seq"), event.get("change")));
        if ("paused".equals(event.get("change"))) break;
      }
      seen = subscription.seq();
    }
    try (var ahead = daemon.subscribe(List.of("user"), seen + 1000000)) {
      say("gap", ahead.iterator().next().get("topic"));
    }
  }

  public static void main(String[] arguments) throws IOException {
    try (var daemon = new IcureSyncd(new IcureSyncd.Options().socket(arguments[0]).client("program"))) {
      switch (arguments[1]) {
        case "ask" -> ask(daemon, arguments[2]);
        case "order" -> order(daemon, arguments[2]);
        case "lost" -> lost(daemon, arguments[2]);
        default -> events(daemon, arguments[2]);
      }
    } catch (IcureError error) {
      say("error", error.getClass().getSimpleName());
    }
  }
}
