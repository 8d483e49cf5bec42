#!/usr/bin/python3
"""A real mail server for tests: aiosmtpd (Debian: python3-aiosmtpd), told what to do over its
standard input. Used by test/integration and test/e2e.

  server.py [--port N] [--tls starttls|always] [--folder DIR] [--host NAME] [--user U --password P]
            [--no-utf8]

With --tls it makes an authority and a certificate for NAME (default 127.0.0.1 and localhost) in
DIR: ca.pem is what clients are to trust. With --user it takes mail only after a login. Everything
on the standard output is a line of JSON: {"port": N} when it listens, then one for each mail that it
has taken: {"from", "to", "content" (base64), "tls", "user", and what Python's parser makes of it:
"head" (names in lower case), "text", "html", "defects"}.

Commands, one a line; each is answered with {"done": COMMAND}:
  fail VERB COUNT CODE TEXT   the next COUNT commands VERB (MAIL, RCPT, DATA, and END: the end of the
                              mail) are answered with CODE TEXT
  drop COUNT                  the next COUNT mails are taken, but the connection is cut instead of
                              saying so
  hold                        mails are not answered until
  release
It ends with its standard input.
"""
import argparse
import asyncio
import base64
import email
import email.policy
import json
import logging
import os
import ssl
import subprocess
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult


# What clients do wrong is what the tests are about.
logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def say(what):
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def run(*command):
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def certificate(folder, host):
    """An authority and a certificate signed by it; gives the TLS context of a server."""
    def path(name):
        return os.path.join(folder, name)

    names = "DNS:" + host if host else "DNS:localhost,IP:127.0.0.1"
    with open(path("names"), "w", encoding="ascii") as file:
        file.write("subjectAltName=" + names)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    run("openssl", "req", "-x509", *key, "-days", "2", "-subj", "/CN=test authority",
        "-keyout", path("ca.key"), "-out", path("ca.pem"))
    run("openssl", "req", *key, "-subj", "/CN=test", "-keyout", path("key.pem"),
        "-out", path("request.pem"))
    run("openssl", "x509", "-req", "-in", path("request.pem"), "-CA", path("ca.pem"),
        "-CAkey", path("ca.key"), "-CAcreateserial", "-days", "2", "-out", path("cert.pem"),
        "-extfile", path("names"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path("cert.pem"), path("key.pem"))
    return context


def parsed(content):
    """The mail as a reader's program sees it."""
    mail = email.message_from_bytes(content, policy=email.policy.default)
    parts = {"text": "", "html": ""}
    for kind, name in (("plain", "text"), ("html", "html")):
        part = mail.get_body((kind,))
        parts[name] = part.get_content().replace("\r\n", "\n") if part else ""
    defects = [repr(defect) for part in mail.walk() for defect in part.defects]
    defects += [repr(d) for value in mail.values() for d in getattr(value, "defects", ())]
    head = {name.lower(): str(value) for name, value in mail.items()}
    return {"head": head, "defects": defects, **parts}


class Handler:
    def __init__(self):
        self.failures = {}
        self.drops = 0
        self.open = asyncio.Event()
        self.open.set()

    def failure(self, verb):
        """The reply that is to be given instead, or nothing."""
        entry = self.failures.get(verb)
        if not entry or entry[0] == 0:
            return None
        entry[0] -= 1
        return entry[1]

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = self.failure("MAIL")
        if reply:
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self.failure("RCPT")
        if reply:
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = self.failure("END")
        if reply:
            return reply
        say({"from": envelope.mail_from, "to": envelope.rcpt_tos,
             "content": base64.b64encode(envelope.original_content).decode("ascii"),
             "tls": session.ssl is not None or server.from_the_start,
             "user": session.auth_data, **parsed(envelope.original_content)})
        await self.open.wait()
        if self.drops > 0:
            self.drops -= 1
            server.transport.abort()
        return "250 taken"

    def command(self, line):
        words = line.split(None, 3)
        if words[0] == "fail":
            self.failures[words[1]] = [int(words[2]), words[3]]
        elif words[0] == "drop":
            self.drops = int(words[1])
        elif words[0] == "hold":
            self.open.clear()
        elif words[0] == "release":
            self.open.set()
        else:
            raise ValueError(line)
        say({"done": line})


class Server(SMTP):
    from_the_start = False

    async def smtp_DATA(self, arg):
        # aiosmtpd asks its handler only once it has the mail.
        reply = self.event_handler.failure("DATA")
        if reply:
            await self.push(reply)
            return
        await super().smtp_DATA(arg)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls", choices=["starttls", "always"])
    parser.add_argument("--folder")
    parser.add_argument("--host")
    parser.add_argument("--user")
    parser.add_argument("--password")
    parser.add_argument("--no-utf8", action="store_true")
    options = parser.parse_args()

    handler = Handler()
    context = certificate(options.folder, options.host) if options.tls else None

    def authenticate(server, session, envelope, mechanism, data):
        login, password = data.login.decode(), data.password.decode()
        if login != options.user or password != options.password:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=login)

    def protocol():
        server = Server(handler, hostname="test", enable_SMTPUTF8=not options.no_utf8,
                        tls_context=context if options.tls == "starttls" else None,
                        require_starttls=options.tls == "starttls",
                        authenticator=authenticate, auth_required=bool(options.user),
                        auth_require_tls=False)
        server.from_the_start = options.tls == "always"
        return server

    loop = asyncio.get_running_loop()
    listener = await loop.create_server(protocol, "127.0.0.1", options.port,
                                        ssl=context if options.tls == "always" else None)
    say({"port": listener.sockets[0].getsockname()[1]})

    commands = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while line := (await commands.readline()).decode("ascii").strip():
        handler.command(line)
    # Ends as one that is killed would: no connection outlives it.
    os._exit(0)


asyncio.run(main())
