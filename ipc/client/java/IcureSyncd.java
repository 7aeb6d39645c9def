package icure;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.math.BigInteger;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * Client of icure-syncd, the daemon that answers for the iCure platform on this machine. One file, Java
 * 17 or later, the JDK alone: copy it into your program.
 *
 * <pre>{@code
 * try (var daemon = new IcureSyncd(new IcureSyncd.Options().client("my-program"))) {
 *   var answer = daemon.call("user.get", Map.of("email", "anna.vermeulen@clinic.test"));
 *   System.out.println(IcureSyncd.at(answer, "user", "name"));
 * }
 * }</pre>
 *
 * For many threads. It connects when first needed. A daemon that was there once and is gone is waited
 * for, each call as long as its timeout allows: what can be asked twice is asked again, and that is a
 * read, or a write with its {@code key}. JSON is Map, List, String, Long (BigInteger where it must be),
 * Double, Boolean and null.
 */
@SuppressWarnings("serial")
public final class IcureSyncd implements AutoCloseable {
  public static final String DEFAULT_SOCKET = "/run/icure-syncd/api.sock";
  public static final int PROTOCOL = 1;

  // What a method does is told by its last word. Reads may be repeated, writes are done once a key.
  public static final Set<String> READS =
      Set.of("get", "list", "search", "of", "access", "status", "metrics", "show", "plan", "history",
          "tombstones", "current", "sessions", "verify", "discover");
  public static final Set<String> WRITES =
      Set.of("create", "modify", "disable", "enable", "delete", "token", "cancel", "resend", "check");

  /** Why a call has no result. The class says what happened, {@link #hint} what to do next. */
  public static class IcureError extends RuntimeException {
    public final String hint; // may be empty
    public final boolean retryable; // the same call may succeed later, without anybody doing anything
    public final transient Optional<Duration> retryAfter; // where the daemon knows
    public final int rpcCode; // of JSON-RPC; 0: the error arose here
    private String key;

    protected IcureError(Map<String, ?> error) {
      super(text(error, "message", "the daemon gives no reason") + of(data(error)));
      var data = data(error);
      hint = text(data, "hint", "");
      retryable = Boolean.TRUE.equals(data.get("retryable"));
      retryAfter = Optional.ofNullable((Long) data.get("retry_after_ms")).map(Duration::ofMillis);
      rpcCode = ((Number) error.get("code")).intValue();
    }

    /** As the daemon spells it in data.code, such as "not_found". */
    public String word() {
      return getClass().getSimpleName().replaceAll("(?<!^)(?=[A-Z])", "_").toLowerCase();
    }

    /** Of the write that failed: repeat it with this key. Null: it was none. */
    public String key() {
      return key;
    }

    private static Map<String, ?> data(Map<String, ?> error) {
      return error.get("data") instanceof Map<?, ?> data ? cast(data) : Map.of();
    }

    private static String of(Map<String, ?> data) {
      var hint = text(data, "hint", "");
      return hint.isEmpty() ? "" : " (" + hint + ")";
    }

    private static String text(Map<String, ?> object, String name, String otherwise) {
      return object.get(name) instanceof String text ? text : otherwise;
    }
  }

  /** The platform has no such entity that we can see. */
  public static class NotFound extends IcureError { NotFound(Map<String, ?> e) { super(e); } }
  /** That kind is not mirrored here, or not complete yet. */
  public static class NotMirrored extends IcureError { NotMirrored(Map<String, ?> e) { super(e); } }
  /** Older than max_age_s. */
  public static class Stale extends IcureError { Stale(Map<String, ?> e) { super(e); } }
  /** The access rules, or the mode of the socket, do not allow it. */
  public static class Forbidden extends IcureError { Forbidden(Map<String, ?> e) { super(e); } }
  /** The request makes no sense. */
  public static class Invalid extends IcureError { Invalid(Map<String, ?> e) { super(e); } }
  /** Somebody was faster, or the state does not allow it. */
  public static class Conflict extends IcureError { Conflict(Map<String, ?> e) { super(e); } }
  /** This key was used for another request. */
  public static class KeyReused extends IcureError { KeyReused(Map<String, ?> e) { super(e); } }
  /** This needs the platform at once. */
  public static class Offline extends IcureError { Offline(Map<String, ?> e) { super(e); } }
  /** Name, password or code is wrong. */
  public static class LoginFailed extends IcureError { LoginFailed(Map<String, ?> e) { super(e); } }
  /** Too many wrong guesses. */
  public static class LoginLocked extends IcureError { LoginLocked(Map<String, ?> e) { super(e); } }
  /** This session has ended. */
  public static class LoginNeeded extends IcureError { LoginNeeded(Map<String, ?> e) { super(e); } }
  /** Ask again with a one-time code. */
  public static class OtpNeeded extends IcureError { OtpNeeded(Map<String, ?> e) { super(e); } }
  /** The platform refuses this kind of login for it. */
  public static class Blocked extends IcureError { Blocked(Map<String, ?> e) { super(e); } }
  /** Too many changes wait already. */
  public static class QueueFull extends IcureError { QueueFull(Map<String, ?> e) { super(e); } }
  /** It waits for somebody's approval. */
  public static class Held extends IcureError { Held(Map<String, ?> e) { super(e); } }
  /** The disk is full. */
  public static class ReadOnly extends IcureError { ReadOnly(Map<String, ?> e) { super(e); } }
  /** Try later. */
  public static class Unavailable extends IcureError { Unavailable(Map<String, ?> e) { super(e); } }
  /** A fault of the daemon's own store; see its log. */
  public static class Internal extends IcureError { Internal(Map<String, ?> e) { super(e); } }

  /** Nobody listens on the socket. The call was not made. */
  public static class Unreachable extends IcureError {
    Unreachable(String why) {
      super(here(why, "is the daemon running (systemctl status icure-syncd), and is this its socket?", true));
    }
  }

  /** No answer in time. What the call does may still happen. */
  public static class TimedOut extends IcureError {
    TimedOut() {
      super(here("the daemon did not answer in time", "ask again, or allow more time", true));
    }
  }

  /**
   * The connection ended before the answer, and the call must not be repeated unasked: it is not a read
   * and has no key. What it does may have happened.
   */
  public static class ConnectionLost extends IcureError {
    ConnectionLost() {
      super(here("the connection ended before the answer",
          "look whether it was done before you ask again", false));
    }
  }

  public static final class Options {
    private String socket = DEFAULT_SOCKET;
    private Duration timeout = Duration.ofSeconds(30);
    private final Map<String, Object> hello =
        new LinkedHashMap<>(Map.of("client", "java", "protocol", PROTOCOL));

    public Options socket(String path) { socket = path; return this; }
    /** Your program's name, for the daemon's logs. */
    public Options client(String name) { hello.put("client", name); return this; }
    /** The user id of the clinician it works for. */
    public Options actor(String user) { hello.put("actor", user); return this; }
    /** One that auth.login gave: then the actor need not be believed. */
    public Options session(String session) { hello.put("session", session); return this; }
    /** Of each call. */
    public Options timeout(Duration limit) { timeout = limit; return this; }
  }

  private final Options options;
  private final ExecutorService threads = Executors.newCachedThreadPool(IcureSyncd::daemonThread);
  private final ReentrantLock connecting = new ReentrantLock();
  private Connection connection; // guarded by connecting
  private final Set<Subscription> subscriptions = ConcurrentHashMap.newKeySet();
  private volatile boolean met; // the daemon answered once
  private volatile boolean closed;

  public IcureSyncd(Options options) {
    this.options = options;
  }

  /** Ends what is under way, subscriptions too. */
  @Override
  public void close() {
    closed = true;
    subscriptions.forEach(Subscription::close);
    connecting.lock();
    try {
      if (connection != null) connection.close();
    } finally {
      connecting.unlock();
    }
    threads.shutdown();
  }

  /** A key for one write. Keep it with what you ask for, and a repetition does no harm. */
  public static String newKey() {
    return UUID.randomUUID().toString();
  }

  /** What stands in JSON at members and places of lists; null if there is none. */
  @SuppressWarnings("unchecked")
  public static <T> T at(Object json, Object... path) {
    for (var step : path) {
      json = step instanceof Integer place ? ((List<?>) json).get(place) : ((Map<?, ?>) json).get(step);
      if (json == null) return null;
    }
    return (T) json;
  }

  public Map<String, Object> call(String method, Map<String, ?> params) {
    return call(method, params, options.timeout);
  }

  /** The result. A write without "key" gets one; "key" of the result, or of the error, is it. */
  public Map<String, Object> call(String method, Map<String, ?> params, Duration timeout) {
    try {
      return begin(method, params, timeout).get();
    } catch (ExecutionException error) {
      throw asError(error.getCause());
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new ConnectionLost();
    }
  }

  public CompletableFuture<Map<String, Object>> start(String method, Map<String, ?> params) {
    return start(method, params, options.timeout);
  }

  /** A call that is not waited for, once there is a connection; it fails with an IcureError. */
  public CompletableFuture<Map<String, Object>> start(
      String method, Map<String, ?> params, Duration timeout) {
    // What the program does next must not hold up the thread that reads answers.
    return begin(method, params, timeout).thenApplyAsync(UnaryOperator.identity(), threads);
  }

  /** Each result of a list, to its end. */
  public Iterable<Map<String, Object>> pages(String method, Map<String, ?> params) {
    return () -> new Pages(method, new LinkedHashMap<>(params));
  }

  /** Each row of a list, to its end. */
  public Iterable<Map<String, Object>> rows(String method, Map<String, ?> params) {
    return () -> new Rows(pages(method, params).iterator());
  }

  /**
   * Events from now on, or those after {@code since} if it is not null, of some topics or of all (null).
   * They come on a connection of their own, so that who handles them slowly delays no call.
   */
  public Subscription subscribe(List<String> topics, Long since) {
    var subscription = new Subscription(topics, since);
    subscription.connect(deadline(options.timeout));
    subscriptions.add(subscription);
    return subscription;
  }

  private CompletableFuture<Map<String, Object>> begin(
      String method, Map<String, ?> params, Duration timeout) {
    var asked = new LinkedHashMap<String, Object>(params);
    var verb = method.substring(method.lastIndexOf('.') + 1);
    if (WRITES.contains(verb)) asked.putIfAbsent("key", newKey());
    var key = (String) asked.get("key");
    var repeatable = key != null || READS.contains(verb);
    return ask(method, asked, repeatable, deadline(timeout), 0).handle((result, error) -> {
      if (error == null && key != null) result.put("key", key);
      if (error == null) return result;
      var failure = asError(error);
      failure.key = key;
      throw failure;
    });
  }

  private CompletableFuture<Map<String, Object>> ask(
      String method, Map<String, ?> params, boolean repeatable, long deadline, int attempt) {
    try {
      return connected(deadline).send(method, params)
          .orTimeout(Math.max(deadline - System.nanoTime(), 0), TimeUnit.NANOSECONDS)
          .exceptionallyComposeAsync(error -> {
            if (!(unwrapped(error) instanceof IOException)) return CompletableFuture.failedFuture(error);
            if (!repeatable || closed || !pause(attempt, deadline, Duration.ZERO)) {
              return CompletableFuture.failedFuture(new ConnectionLost());
            }
            return ask(method, params, true, deadline, attempt + 1);
          }, threads);
    } catch (IcureError error) {
      return CompletableFuture.failedFuture(error);
    }
  }

  private Connection connected(long deadline) {
    try {
      if (!connecting.tryLock(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) throw new TimedOut();
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      throw new TimedOut();
    }
    try {
      if (connection == null || !connection.open) connection = new Connection(open(deadline));
      return connection;
    } finally {
      connecting.unlock();
    }
  }

  private Wire open(long deadline) {
    for (int attempt = 0; !closed; ++attempt) {
      try {
        var wire = Wire.open(options.socket, options.hello, deadline);
        met = true;
        return wire;
      } catch (AccessDeniedException error) {
        throw forbidden(options.socket);
      } catch (IOException error) {
        if (String.valueOf(error.getMessage()).contains("Permission denied")) throw forbidden(options.socket);
        if (!met || !pause(attempt, deadline, Duration.ZERO)) {
          throw new Unreachable(options.socket + ": " + error.getMessage());
        }
      } catch (Unavailable error) { // too many clients
        if (!pause(attempt, deadline, error.retryAfter.orElse(Duration.ZERO))) throw error;
      }
    }
    throw new Unreachable("this client was closed");
  }

  private static Forbidden forbidden(String socket) {
    return new Forbidden(here(socket + ": you may not use it",
        "join the group that owns the socket, or ask an administrator", false));
  }

  private static Map<String, Object> here(String message, String hint, boolean retryable) {
    return Map.of("code", 0, "message", message, "data", Map.of("hint", hint, "retryable", retryable));
  }

  private static final Map<String, Function<Map<String, ?>, IcureError>> BY_WORD =
      Map.ofEntries(Map.entry("not_found", NotFound::new), Map.entry("not_mirrored", NotMirrored::new),
          Map.entry("stale", Stale::new), Map.entry("forbidden", Forbidden::new),
          Map.entry("invalid", Invalid::new), Map.entry("conflict", Conflict::new),
          Map.entry("key_reused", KeyReused::new), Map.entry("offline", Offline::new),
          Map.entry("login_failed", LoginFailed::new), Map.entry("login_locked", LoginLocked::new),
          Map.entry("login_needed", LoginNeeded::new), Map.entry("otp_needed", OtpNeeded::new),
          Map.entry("blocked", Blocked::new), Map.entry("queue_full", QueueFull::new),
          Map.entry("held", Held::new), Map.entry("read_only", ReadOnly::new),
          Map.entry("unavailable", Unavailable::new));

  private static IcureError errorOf(Map<String, Object> error) {
    // JSON-RPC's own codes: the call itself was wrong.
    if (((Number) error.get("code")).intValue() != -32000) return new Invalid(error);
    return BY_WORD.getOrDefault(IcureSyncd.<String>at(error, "data", "code"), Internal::new).apply(error);
  }

  private static IcureError asError(Throwable error) {
    var cause = unwrapped(error);
    if (cause instanceof IcureError known) return known;
    if (cause instanceof TimeoutException) return new TimedOut();
    throw cause instanceof RuntimeException bug ? bug : new IllegalStateException(cause);
  }

  private static Throwable unwrapped(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
  }

  private static long deadline(Duration timeout) {
    return System.nanoTime() + timeout.toNanos();
  }

  /** Waits before another attempt, a random while of up to 2 s; false: there is no time for it. */
  private static boolean pause(int attempt, long deadline, Duration atLeast) {
    var most = Math.min(2000.0, 50.0 * (1 << Math.min(attempt, 6)));
    var wait = Math.max(atLeast.toMillis(), (long) (ThreadLocalRandom.current().nextDouble() * most));
    if (System.nanoTime() + wait * 1_000_000 - deadline > 0) return false;
    try {
      Thread.sleep(wait);
      return true;
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static Thread daemonThread(Runnable work) {
    var thread = new Thread(work, "icure-syncd");
    thread.setDaemon(true);
    return thread;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> cast(Object json) {
    return (Map<String, Object>) json;
  }

  private final class Pages implements Iterator<Map<String, Object>> {
    private final String method;
    private final Map<String, Object> params;
    private boolean more = true;

    Pages(String method, Map<String, Object> params) {
      this.method = method;
      this.params = params;
    }

    @Override
    public boolean hasNext() {
      return more;
    }

    @Override
    public Map<String, Object> next() {
      if (!more) throw new NoSuchElementException();
      var page = call(method, params);
      more = page.containsKey("next");
      params.put("cursor", page.get("next"));
      return page;
    }
  }

  private static final class Rows implements Iterator<Map<String, Object>> {
    private final Iterator<Map<String, Object>> pages;
    private Iterator<Map<String, Object>> rows = List.<Map<String, Object>>of().iterator();

    Rows(Iterator<Map<String, Object>> pages) {
      this.pages = pages;
    }

    @Override
    public boolean hasNext() {
      while (!rows.hasNext() && pages.hasNext()) {
        rows = IcureSyncd.<List<Map<String, Object>>>at(pages.next(), "rows").iterator();
      }
      return rows.hasNext();
    }

    @Override
    public Map<String, Object> next() {
      if (!hasNext()) throw new NoSuchElementException();
      return rows.next();
    }
  }

  /**
   * The events, one after another; it ends when it is closed, which another thread may do. Over a restart
   * of the daemon it goes on after the last one that you were given; {@link #seq} is its number, to be
   * kept if your own program is to go on from there. An event of topic "gap" says that some are lost:
   * read anew what you need. For one thread.
   */
  public final class Subscription implements Iterable<Map<String, Object>>, AutoCloseable {
    private final Map<String, Object> params = new LinkedHashMap<>();
    private volatile Wire wire;
    private volatile boolean ended;
    private Map<String, Object> ahead;
    private long seq;

    private Subscription(List<String> topics, Long since) {
      if (topics != null) params.put("topics", topics);
      if (since != null) params.put("since", since);
      seq = since == null ? 0 : since;
    }

    public long seq() {
      return seq;
    }

    @Override
    public Iterator<Map<String, Object>> iterator() {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          if (ahead == null) ahead = receive();
          return ahead != null;
        }

        @Override
        public Map<String, Object> next() {
          if (!hasNext()) throw new NoSuchElementException();
          var event = ahead;
          ahead = null;
          seq = at(event, "seq");
          return event;
        }
      };
    }

    @Override
    public void close() {
      ended = true;
      wire.close();
      subscriptions.remove(this);
    }

    private Map<String, Object> receive() {
      while (!ended) {
        try {
          var event = cast(wire.receive().get("params"));
          params.put("since", event.get("seq"));
          return event;
        } catch (IOException error) {
          wire.close();
          reconnect();
        }
      }
      return null;
    }

    private void reconnect() {
      while (!ended) {
        try {
          connect(deadline(options.timeout));
          return;
        } catch (Unreachable | TimedOut error) {
          if (closed) throw error; // else it is waited for
        }
      }
    }

    private void connect(long deadline) {
      for (int attempt = 0; ; ++attempt) {
        var fresh = open(deadline);
        try {
          var answer = fresh.ask("events.subscribe", params, deadline);
          if (params.putIfAbsent("since", answer.get("seq")) == null) seq = at(answer, "seq");
          wire = fresh;
          if (ended) fresh.close();
          return;
        } catch (IcureError error) {
          fresh.close();
          throw error;
        } catch (IOException error) {
          fresh.close();
          if (!pause(attempt, deadline, Duration.ZERO)) {
            throw new Unreachable(options.socket + ": " + error.getMessage());
          }
        }
      }
    }
  }

  /** One life of the socket: messages out and in. A loss is an IOException. */
  private static final class Wire {
    private final SocketChannel channel;
    private final ByteBuffer in = ByteBuffer.allocate(1 << 16).flip();

    private Wire(SocketChannel channel) {
      this.channel = channel;
    }

    static Wire open(String path, Map<String, ?> hello, long deadline) throws IOException {
      var wire = new Wire(SocketChannel.open(StandardProtocolFamily.UNIX));
      try {
        wire.within(deadline, () -> wire.channel.connect(UnixDomainSocketAddress.of(path)));
        wire.ask("hello", hello, deadline);
        return wire;
      } catch (IOException | RuntimeException error) {
        wire.close();
        throw error;
      }
    }

    void send(String line) throws IOException {
      var out = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      while (out.hasRemaining()) channel.write(out);
    }

    Map<String, Object> receive() throws IOException {
      var line = new ByteArrayOutputStream();
      for (;;) {
        var from = in.position();
        while (in.hasRemaining()) {
          if (in.get() != '\n') continue;
          line.write(in.array(), from, in.position() - from);
          return cast(new Json(line.toString(StandardCharsets.UTF_8)).document());
        }
        line.write(in.array(), from, in.position() - from);
        in.clear();
        var size = channel.read(in);
        in.flip();
        if (size < 0) throw new EOFException("the daemon ended the connection");
      }
    }

    /** For a connection on which nothing else is under way. */
    Map<String, Object> ask(String method, Map<String, ?> params, long deadline) throws IOException {
      var reply = within(deadline, () -> {
        send(request(0, method, params));
        return receive();
      });
      if (reply.containsKey("error")) throw errorOf(cast(reply.get("error")));
      return cast(reply.get("result"));
    }

    static String request(long id, String method, Map<String, ?> params) {
      var request = new LinkedHashMap<String, Object>(Map.of("jsonrpc", "2.0", "id", id, "method", method));
      request.put("params", params);
      return Json.text(request) + "\n";
    }

    void close() {
      try {
        channel.close();
      } catch (IOException ignored) {
        // it is gone, as it should be
      }
    }

    private interface Work<T> {
      T run() throws IOException;
    }

    // A blocking channel has no timeouts; it can be closed under the one who waits.
    private <T> T within(long deadline, Work<T> work) throws IOException {
      var left = Math.max(deadline - System.nanoTime(), 0);
      var late = CompletableFuture.runAsync(
          this::close, CompletableFuture.delayedExecutor(left, TimeUnit.NANOSECONDS));
      try {
        return work.run();
      } catch (IOException error) {
        if (deadline - System.nanoTime() <= 0) throw new TimedOut();
        throw error;
      } finally {
        late.cancel(false);
      }
    }
  }

  /** Many calls under way on one wire; answers find theirs by id. */
  private static final class Connection {
    private record Waiting(CompletableFuture<Map<String, Object>> answer, int size) {}

    private final Wire wire;
    private final AtomicLong last = new AtomicLong();
    private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
    private final ExecutorService writer = Executors.newSingleThreadExecutor(IcureSyncd::daemonThread);
    volatile boolean open = true;

    Connection(Wire wire) {
      this.wire = wire;
      daemonThread(this::read).start();
    }

    CompletableFuture<Map<String, Object>> send(String method, Map<String, ?> params) {
      var id = last.incrementAndGet();
      var line = Wire.request(id, method, params);
      var answer = new CompletableFuture<Map<String, Object>>();
      waiting.put(id, new Waiting(answer, line.length()));
      try {
        writer.execute(() -> {
          try {
            wire.send(line);
          } catch (IOException error) {
            close();
          }
        });
      } catch (RejectedExecutionException error) {
        close(); // it ended in between
      }
      return answer;
    }

    void close() {
      open = false;
      wire.close();
      writer.shutdown();
      for (var id : waiting.keySet()) {
        var call = waiting.remove(id);
        if (call != null) call.answer.completeExceptionally(new EOFException());
      }
    }

    private void read() {
      try {
        for (;;) answered(wire.receive());
      } catch (IOException | RuntimeException error) {
        close();
      }
    }

    private void answered(Map<String, Object> reply) {
      var id = (Long) reply.get("id");
      if (id == null) { // a line was too long, which ends the connection: surely the longest
        open = false;
        id = waiting.entrySet().stream().max(Comparator.comparing(call -> call.getValue().size))
            .map(Map.Entry::getKey).orElse(0L);
      }
      var call = waiting.remove(id);
      if (call == null) return;
      if (reply.containsKey("error")) call.answer.completeExceptionally(errorOf(cast(reply.get("error"))));
      else call.answer.complete(cast(reply.get("result")));
    }
  }

  /** JSON (RFC 8259), since the JDK has none. */
  private static final class Json {
    private final String text;
    private int at;

    Json(String text) {
      this.text = text;
    }

    Object document() {
      var value = value();
      if (next() != 0) throw malformed();
      return value;
    }

    private Object value() {
      switch (next()) {
        case '{':
          return structure('}', new LinkedHashMap<String, Object>(), (object, ignored) -> {
            if (next() != '"') throw malformed();
            var name = string();
            expect(":");
            object.put(name, value());
            return object;
          });
        case '[':
          return structure(']', new ArrayList<Object>(), (list, ignored) -> {
            list.add(value());
            return list;
          });
        case '"':
          return string();
        case 't':
          return word("true", true);
        case 'f':
          return word("false", false);
        case 'n':
          return word("null", null);
        default:
          return number();
      }
    }

    private <T> T structure(char end, T structure, BiFunction<T, Json, T> member) {
      ++at;
      if (next() == end) {
        ++at;
        return structure;
      }
      for (;;) {
        member.apply(structure, this);
        if (next() == end) {
          ++at;
          return structure;
        }
        expect(",");
      }
    }

    private String string() {
      var out = new StringBuilder();
      for (++at; ; ) {
        var from = at;
        while (peek() != '"' && peek() != '\\') ++at;
        out.append(text, from, at++);
        if (text.charAt(at - 1) == '"') return out.toString();
        var escaped = peek();
        ++at;
        var plain = "\"\\/bfnrt".indexOf(escaped);
        if (plain >= 0) {
          out.append("\"\\/\b\f\n\r\t".charAt(plain));
        } else if (escaped == 'u') {
          out.append((char) Integer.parseInt(text.substring(at, at + 4), 16));
          at += 4;
        } else {
          throw malformed();
        }
      }
    }

    private Object number() {
      var from = at;
      while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) ++at;
      var token = text.substring(from, at);
      if (!token.matches("-?\\d+")) return Double.valueOf(token);
      var integer = new BigInteger(token);
      return integer.bitLength() < 64 ? (Object) integer.longValue() : integer;
    }

    private Object word(String word, Object value) {
      expect(word);
      return value;
    }

    private void expect(String what) {
      next();
      if (!text.startsWith(what, at)) throw malformed();
      at += what.length();
    }

    /** The next character that is not white space, not taken; 0 at the end. */
    private char next() {
      while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) ++at;
      return at < text.length() ? text.charAt(at) : 0;
    }

    private char peek() {
      if (at >= text.length()) throw malformed();
      return text.charAt(at);
    }

    private RuntimeException malformed() {
      return new IllegalStateException("what answers on the socket does not speak JSON");
    }

    static String text(Object value) {
      var out = new StringBuilder();
      write(out, value);
      return out.toString();
    }

    private static void write(StringBuilder out, Object value) {
      if (value instanceof Map<?, ?> object) {
        var separator = "{";
        for (var member : object.entrySet()) {
          quote(out.append(separator), String.valueOf(member.getKey()));
          write(out.append(':'), member.getValue());
          separator = ",";
        }
        out.append(object.isEmpty() ? "{}" : "}");
      } else if (value instanceof Iterable<?> list) {
        var separator = "";
        out.append('[');
        for (var item : list) {
          write(out.append(separator), item);
          separator = ",";
        }
        out.append(']');
      } else if (value == null || value instanceof Number || value instanceof Boolean) {
        out.append(value);
      } else {
        quote(out, value.toString());
      }
    }

    private static void quote(StringBuilder out, String text) {
      out.append('"');
      for (var c : text.toCharArray()) {
        if (c == '"' || c == '\\') out.append('\\').append(c);
        else if (c < ' ' || Character.isSurrogate(c)) out.append(String.format("\\u%04x", (int) c));
        else out.append(c);
      }
      out.append('"');
    }
  }
}
