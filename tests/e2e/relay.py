"""A wire that breaks when a test says so: stands between a program and the daemon's socket."""
import json
import os
import socket
import threading


class Relay:
    """Passes lines on, both ways. Told to swallow(), it lets the next requests of some methods be
    carried out, keeps their answers to itself, and then ends the connection."""

    def __init__(self, daemon, path):
        self.daemon = str(daemon)
        self.path = str(path)
        self.requests = []  # as they came, of all connections
        self.unanswered = set()
        self.lock = threading.Lock()
        self.sockets = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o666)
        self.listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def swallow(self, *methods):
        with self.lock:
            self.unanswered = set(methods)

    def asked(self, method):
        """The params of each request of that method."""
        with self.lock:
            return [request["params"] for request in self.requests if request["method"] == method]

    def close(self):
        self.listener.close()
        for connection in self.sockets:
            connection.close()

    def _accept(self):
        while True:
            try:
                program, _ = self.listener.accept()
            except OSError:
                return
            daemon = socket.socket(socket.AF_UNIX)
            self.sockets += [program, daemon]
            try:
                daemon.connect(self.daemon)
            except OSError:  # as a daemon that is away: nobody answers
                end(program)
                continue
            kept = {}  # ids whose answers are swallowed
            for target in (self._there, self._back):
                threading.Thread(target=target, args=(program, daemon, kept), daemon=True).start()

    def _there(self, program, daemon, kept):
        try:
            for line in program.makefile("rb"):
                request = json.loads(line)
                with self.lock:
                    self.requests.append(request)
                    if request["method"] in self.unanswered:
                        kept[request["id"]] = request["method"]
                daemon.sendall(line)
        except OSError:
            pass
        end(daemon)

    def _back(self, program, daemon, kept):
        try:
            for line in daemon.makefile("rb"):
                method = kept.pop(json.loads(line).get("id"), None)
                if method is None:
                    program.sendall(line)
                    continue
                with self.lock:
                    self.unanswered.discard(method)
                    if not self.unanswered:
                        break
        except OSError:
            pass
        end(program)
        end(daemon)


def end(connection):
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was faster
