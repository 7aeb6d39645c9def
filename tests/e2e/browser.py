"""A headless Chromium, driven by the W3C WebDriver protocol. Standard library only."""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile
import urllib.request

PATIENCE_S = 60
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the protocol's own name for one
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "Space": " "}


class Browser:
    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="icure-browser-")
        self.driver = subprocess.Popen(["chromedriver", "--port=0"], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        port = next(line.rstrip(".\n").rpartition(" ")[2] for line in self.driver.stdout
                    if "started successfully on port" in line)
        self.base = f"http://127.0.0.1:{port}/session"
        options = {"args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                            f"--user-data-dir={self.folder}/profile"]}
        made = self.ask("", {"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options,
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}}})
        self.base += "/" + made["sessionId"]

    def ask(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.base + path, data=data, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
            return json.loads(reply.read())["value"]

    def close(self):
        self.ask("", method="DELETE")
        self.driver.terminate()
        self.driver.wait(PATIENCE_S)
        self.driver.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def go(self, url):
        self.ask("/url", {"url": url})

    def run(self, script, *arguments):
        return self.ask("/execute/sync", {"script": script, "args": list(arguments)})

    def text(self, css):
        """What is to be seen there; empty if there is no such element."""
        return self.run("const at = document.querySelector(arguments[0]);"
                        "return at && at.checkVisibility() ? at.innerText : ''", css)

    def press(self, *keys):
        """Keys to whatever has the focus, as from a keyboard."""
        strokes = []
        for key in keys:
            for letter in [KEYS[key]] if key in KEYS else key:
                strokes += [{"type": "keyDown", "value": letter}, {"type": "keyUp", "value": letter}]
        self.ask("/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def devtools(self, command, **params):
        return self.ask("/goog/cdp/execute", {"cmd": command, "params": params})

    def look(self, width, height, scheme):
        """How wide the window is, and whether the person prefers "light" or "dark"."""
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=height,
                      deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia",
                      features=[{"name": "prefers-color-scheme", "value": scheme}])

    def picture(self, path):
        """The whole page."""
        shot = self.devtools("Page.captureScreenshot", captureBeyondViewport=True)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))

    def logged(self, kind):
        return self.ask("/se/log", {"type": kind})

    def requested(self):
        """The addresses that were asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.logged("performance")]
        return [event["params"]["request"]["url"] for event in events
                if event["method"] == "Network.requestWillBeSent"]
