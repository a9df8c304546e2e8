"""Records a slice of a package index: answers from a folder, and fetches what the folder lacks.

    python record.py serve FOLDER PORT UPSTREAM     answer on loopback until killed
    python record.py finish FOLDER                  wheels only, with sizes; compressed forms beside

The folder is a static tree: `simple/<project>/index.json` and `index.html` (PEP 691, 503),
`files/<2 hex>/<rest of the hash>/<file>` and `<file>.metadata` (PEP 658). Whatever web server hands
it out afterwards needs no logic but the choice of a form by `Accept`.
"""

import gzip
import html
import io
import json
import os
import re
import sys
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = "application/vnd.pypi.simple.v1+json"
UPLOAD_TIME = "2026-01-01T00:00:00.000000Z"
# The size of a file that nobody asked for: made up, but plausible in length.
MADE_UP_SIZE = 1000000


class Anchors(HTMLParser):
    """The links of a simple page."""

    def __init__(self):
        super().__init__()
        self.files = []
        self.current = None

    def handle_starttag(self, tag, attributes):
        if tag == "a":
            self.current = dict(attributes)
            self.current["text"] = ""

    def handle_data(self, data):
        if self.current is not None:
            self.current["text"] += data

    def handle_endtag(self, tag):
        if tag == "a" and self.current is not None:
            self.files.append(self.current)
            self.current = None


class Remote(io.RawIOBase):
    """A file behind a URL, read by ranges: enough for `zipfile` to find METADATA."""

    def __init__(self, url):
        self.url, self.at, self.tail, self.tail_at = url, 0, b"", 0
        request = urllib.request.Request(url, headers={"Range": "bytes=-65536"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.tail = answer.read()
            span = answer.headers.get("Content-Range", "")
        match = re.match(r"bytes (\d+)-(\d+)/(\d+)", span)
        self.size = int(match.group(3)) if match else len(self.tail)
        self.tail_at = int(match.group(1)) if match else 0

    def readable(self):
        return True

    def seekable(self):
        return True

    def tell(self):
        return self.at

    def seek(self, offset, whence=0):
        self.at = offset + (0, self.at, self.size)[whence]
        return self.at

    def readinto(self, buffer):
        end = min(self.at + len(buffer), self.size)
        if end <= self.at:
            return 0
        if self.at >= self.tail_at:
            data = self.tail[self.at - self.tail_at : end - self.tail_at]
        else:
            span = {"Range": f"bytes={self.at}-{end - 1}"}
            request = urllib.request.Request(self.url, headers=span)
            with urllib.request.urlopen(request, timeout=60) as answer:
                data = answer.read()
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=os.path.dirname(path))
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    os.chmod(beside, 0o644)
    os.replace(beside, path)


class Recorder:
    def __init__(self, folder, upstream):
        self.folder, self.upstream = folder, upstream.rstrip("/")
        self.locks, self.guard = {}, threading.Lock()
        self.sources = {}
        os.makedirs(os.path.join(folder, "simple"), exist_ok=True)
        for name in os.listdir(os.path.join(folder, "simple")):
            sources = os.path.join(folder, "simple", name, "sources")
            if os.path.exists(sources):
                with open(sources, encoding="utf-8") as file:
                    self.sources.update(json.load(file))

    def lock(self, key):
        with self.guard:
            return self.locks.setdefault(key, threading.Lock())

    def page(self, name):
        """The folder of a project's page, recorded; None when the index has none."""
        place = os.path.join(self.folder, "simple", name)
        with self.lock(name):
            if os.path.exists(os.path.join(place, "index.json")):
                return place
            if os.path.exists(os.path.join(place, "absent")):
                return None
            url = f"{self.upstream}/{name}/"
            try:
                request = urllib.request.Request(url, headers={"Accept": "text/html"})
                with urllib.request.urlopen(request, timeout=60) as answer:
                    base, text = answer.geturl(), answer.read().decode()
            except urllib.error.HTTPError as error:
                if error.code != 404:
                    raise
                write(os.path.join(place, "absent"), b"")
                return None
            self.keep(name, place, base, text)
        return place

    def keep(self, name, place, base, text):
        anchors = Anchors()
        anchors.feed(text)
        files, sources = [], {}
        for anchor in anchors.files:
            url, _, fragment = urllib.parse.urljoin(base, anchor["href"]).partition("#")
            algorithm, _, digest = fragment.partition("=")
            if algorithm != "sha256":
                continue
            file_name = anchor["text"].strip()
            path = f"files/{digest[:2]}/{digest[2:]}/{file_name}"
            sources[path] = url
            file = {
                "filename": file_name,
                "url": f"../../{path}",
                "hashes": {"sha256": digest},
                "core-metadata": file_name.endswith(".whl"),
                "yanked": False,
            }
            if "data-requires-python" in anchor:
                file["requires-python"] = anchor["data-requires-python"]
            if "data-yanked" in anchor:
                file["yanked"] = anchor["data-yanked"] or True
            files.append(file)
        self.sources.update(sources)
        write(os.path.join(place, "sources"), json.dumps(sources).encode())
        write_page(place, name, files)

    def file(self, path):
        """The path of a file, recorded; None when no page that was asked for names it."""
        place = os.path.join(self.folder, path)
        with self.lock(path):
            if os.path.exists(place):
                return place
            wanted = path.removesuffix(".metadata")
            url = self.sources.get(wanted)
            if url is None:
                return None
            if wanted == path:
                with urllib.request.urlopen(url, timeout=300) as answer:
                    write(place, answer.read())
            else:
                with zipfile.ZipFile(io.BufferedReader(Remote(url), 1 << 16)) as wheel:
                    top = [
                        name
                        for name in wheel.namelist()
                        if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)
                    ]
                    write(place, wheel.read(top[0]))
        return place


def write_page(place, name, files):
    page = {"meta": {"api-version": "1.0"}, "name": name, "files": files}
    if all("size" in file for file in files):
        page["meta"] = {"api-version": "1.1"}
        page["versions"] = sorted({version_of(file["filename"]) for file in files})
    lines = [f"<!DOCTYPE html>\n<html><body><h1>Links for {html.escape(name)}</h1>"]
    for file in files:
        attributes = f'href="{file["url"]}#sha256={file["hashes"]["sha256"]}"'
        if "requires-python" in file:
            attributes += f' data-requires-python="{html.escape(file["requires-python"])}"'
        if file["core-metadata"]:
            attributes += ' data-core-metadata="true"'
        if file["yanked"]:
            reason = file["yanked"] if file["yanked"] is not True else ""
            attributes += f' data-yanked="{html.escape(reason)}"'
        lines.append(f'<a {attributes}>{html.escape(file["filename"])}</a><br />')
    lines.append("</body></html>\n")
    write(os.path.join(place, "index.html"), "\n".join(lines).encode())
    write(os.path.join(place, "index.json"), json.dumps(page).encode())


def version_of(file_name):
    if file_name.endswith(".whl"):
        return file_name.split("-")[1]
    stem = re.sub(r"\.(tar\.gz|tar\.bz2|zip|tgz|egg|exe)$", "", file_name)
    return stem.rpartition("-")[2]


def serve(folder, port, upstream):
    recorder = Recorder(folder, upstream)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            path = urllib.parse.unquote(self.path).strip("/")
            kind, place = "application/octet-stream", None
            try:
                if match := re.fullmatch(r"simple/([a-z0-9-]+)", path):
                    place = recorder.page(match.group(1))
                    if place is not None:
                        as_json = JSON in self.headers.get("Accept", "")
                        kind = JSON if as_json else "text/html"
                        form = "index.json" if as_json else "index.html"
                        place = os.path.join(place, form)
                elif re.fullmatch(r"files/[0-9a-f]{2}/[0-9a-f]{62}/[^/]+", path):
                    place = recorder.file(path)
            except Exception as error:  # the client is told, and the recording goes on
                self.answer(502, "text/plain", repr(error).encode())
                return
            if place is None:
                self.answer(404, "text/plain", b"not recorded")
                return
            with open(place, "rb") as file:
                body = file.read()
            self.answer(200, kind, without_made_up_sizes(body) if kind == JSON else body)

        def answer(self, status, kind, body):
            span = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
            extra = None
            if status == 200 and span and any(span.groups()):
                first, last = span.groups()
                start = int(first) if first else max(0, len(body) - int(last))
                end = min(int(last), len(body) - 1) if first and last else len(body) - 1
                extra = f"bytes {start}-{end}/{len(body)}"
                status, body = 206, body[start : end + 1]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Accept-Ranges", "bytes")
            if extra:
                self.send_header("Content-Range", extra)
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:  # the client has what it wanted
                self.close_connection = True

        def log_message(self, *_):
            pass

    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


def without_made_up_sizes(text):
    """A page as it was before its files were had: a client would refuse a file of another size."""
    page = json.loads(text)
    for file in page["files"]:
        if file.get("size") == MADE_UP_SIZE:
            del file["size"]
            page["meta"] = {"api-version": "1.0"}
    return json.dumps(page).encode()


def finish(folder):
    """Puts the sizes of the files that are there into the pages, and compresses pages and metadata.

    Of projects that have wheels only those are left: what a bench compares are resolvers and
    installers, not the backends of old releases.
    """
    sizes = {}
    for place, _, names in os.walk(os.path.join(folder, "files")):
        for name in names:
            path = os.path.join(place, name)
            if name.endswith(".metadata"):
                compress(path)
            elif not name.endswith(".gz") or name.endswith(".tar.gz"):
                sizes["".join(place.split("/")[-2:])] = os.path.getsize(path)
    simple = os.path.join(folder, "simple")
    for name in os.listdir(simple):
        place = os.path.join(simple, name)
        if not os.path.exists(os.path.join(place, "index.json")):
            continue
        with open(os.path.join(place, "index.json"), encoding="utf-8") as file:
            page = json.load(file)
        wheels = [file for file in page["files"] if file["filename"].endswith(".whl")]
        page["files"] = wheels or page["files"]
        for file in page["files"]:
            file["size"] = sizes.get(file["hashes"]["sha256"], MADE_UP_SIZE)
            file["upload-time"] = UPLOAD_TIME
        write_page(place, name, page["files"])
        compress(os.path.join(place, "index.json"))
        compress(os.path.join(place, "index.html"))


def compress(path):
    with open(path, "rb") as file:
        write(path + ".gz", gzip.compress(file.read(), 6, mtime=0))


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2], int(sys.argv[3]), sys.argv[4])
    else:
        finish(sys.argv[2])
