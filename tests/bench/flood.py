#!/usr/bin/env python3
"""Sends `user.get` without end and without waiting for answers: flood.py SOCKET ID"""
import socket
import sys
import threading


def read_away(connection):
    while connection.recv(1 << 20):
        pass


connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
threading.Thread(target=read_away, args=(connection,), daemon=True).start()
line = '{"jsonrpc":"2.0","id":1,"method":"user.get","params":{"id":"%s"}}\n' % sys.argv[2]
while True:
    connection.sendall(line.encode() * 1000)
