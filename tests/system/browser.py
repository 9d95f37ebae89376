# SPDX-License-Identifier: BSD-2-Clause
"""Headless Chromium, driven by its debugging protocol over two pipes.

`Page` keeps what a page complains of and asks the network for: a test looks
at `complaints` and `requests`.
"""

import base64
import json
import os
import select
import subprocess
import time

PATIENCE = 120
CHROMIUM = ("chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
            "--no-first-run", "--disable-extensions", "--disable-sync",
            "--disable-background-networking", "--disable-component-update",
            "--disable-dev-shm-usage", "--remote-debugging-pipe")


class Browser:
    """Chromium reads commands at its descriptor 3 and answers at 4."""

    def __init__(self, directory):
        here, child = os.pipe(), os.pipe()
        command = " ".join(f"{fd}{way}&{end}" for fd, way, end in
                           ((3, "<", here[0]), (4, ">", child[1])))
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" {command}', "bash", *CHROMIUM,
             f"--user-data-dir={directory}"],
            pass_fds=(here[0], child[1]), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(here[0])
        os.close(child[1])
        self._to, self._from = here[1], child[0]
        self._rest = b""
        self._number = 0
        self.listener = None

    def call(self, method, session=None, **parameters):
        """The result of a command; events meanwhile go to the listener."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self._to, data):]
        while True:
            answer = self.receive()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                return answer["result"]

    def receive(self):
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [],
                                        end - time.monotonic())
            data = os.read(self._from, 1 << 20) if ready else b""
            assert data, "Chromium does not answer"
            self._rest += data
        line, _, self._rest = self._rest.partition(b"\0")
        message = json.loads(line)
        if "method" in message and self.listener:
            self.listener(message["method"], message["params"])
        return message

    def close(self):
        self._process.terminate()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)


class Page:
    """One page of a browser."""

    def __init__(self, browser, width=1280, height=900):
        self._browser = browser
        self.complaints, self.requests = [], []
        self._loaded = False
        browser.listener = self._event
        target = browser.call("Target.createTarget", url="about:blank")
        self._session = browser.call(
            "Target.attachToTarget", flatten=True, **target)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(domain + ".enable")
        self.resize(width, height)

    def _call(self, method, **parameters):
        return self._browser.call(method, self._session, **parameters)

    def _event(self, method, parameters):
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled":
            if parameters["type"] in ("error", "warning", "assert"):
                self.complaints.append(parameters["args"])
        elif method == "Log.entryAdded":
            self.complaints.append(parameters["entry"])
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def resize(self, width, height, mobile=False):
        self._call("Emulation.setDeviceMetricsOverride", width=width,
                   height=height, deviceScaleFactor=1, mobile=mobile)

    def open(self, url):
        self._loaded = False
        answer = self._call("Page.navigate", url=url)
        assert not answer.get("errorText"), answer
        while not self._loaded:
            self._browser.receive()

    def evaluate(self, expression):
        """The value of a JavaScript expression, a promise's when kept."""
        answer = self._call("Runtime.evaluate", expression=expression,
                            returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def screenshot(self, path, whole=False):
        data = self._call("Page.captureScreenshot",
                          captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))
