"""redis-server on a Unix socket, filled with the answers that the daemon gives to user.get."""
import json
import signal
import subprocess

from clinic import until


class Redis:
    def __init__(self, home, daemon, ids):
        self.socket = home / "redis.sock"
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--save", "", "--dir", home],
            stdout=subprocess.DEVNULL)
        until(self.socket.exists, "redis")
        self.fill(daemon, ids)

    def fill(self, daemon, ids):
        commands = []
        client = daemon.client()
        for id in ids:
            # The value is what our answer carries, so that both servers send the same bytes.
            result = client.call("user.get", id=id)
            value = json.dumps({"jsonrpc": "2.0", "id": 1, "result": result}, ensure_ascii=False,
                               separators=(",", ":")).encode()
            commands.append(b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n"
                            % (len(id), id.encode(), len(value), value))
        client.close()
        subprocess.run(["redis-cli", "-s", self.socket, "--pipe"], input=b"".join(commands),
                       check=True, stdout=subprocess.DEVNULL)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
