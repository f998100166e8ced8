#!/usr/bin/env python3
"""Asks a WebHDFS server every question of answers.json, in order, on an empty file system.

record.py record BASE   writes the answers of Apache HDFS (BASE is http://host:port) into answers.json
record.py check BASE    compares a server's answers with those recorded; exit status 1 when one differs

Ids, times, ports and host names are made equal, so that two runs say the same.
"""
import http.client
import json
import os
import re
import sys
from urllib.parse import quote, urlsplit

FOLDER = os.path.dirname(os.path.abspath(__file__))
FILE = os.path.join(FOLDER, 'answers.json')
# Requests that rfs answers otherwise, because Apache's answer is a fault, with the status that is right.
DELIBERATE = json.load(open(os.path.join(FOLDER, 'deliberate.json'), encoding='utf-8'))
EQUAL = [
    (r'"(accessTime|modificationTime|lastUpdate|lastUpdateMonotonic|lastBlockReportTime|lastBlockReportMonotonic)":[1-9]\d{4,}', r'"\1":1'),
    (r'"(lastUpdateMonotonic|lastBlockReportTime|lastBlockReportMonotonic)":\d+', r'"\1":1'),
    (r'"(fileId|blockId|generationStamp|xferPort|infoPort|ipcPort)":[1-9]\d*', r'"\1":7'),
    (r'"(capacity|dfsUsed|remaining|blockPoolUsed|used|xceiverCount)":\d+', r'"\1":9'),
    (r'"cacheCapacity":\d+', '"cacheCapacity":0'),
    (r'"hostName":"[^"]*"', '"hostName":"host"'),
    (r'"hosts":\["[^"\]]*"\]', '"hosts":["host"]'),
    (r'"storageID":"[^"]*"', '"storageID":"uuid"'),
    (r'"blockPoolId":"[^"]*"', '"blockPoolId":"pool"'),
    (r'BP-\d+-[\d.]+-\d+', 'pool'),
    (r'blk_\d+_\d+', 'blk_7_7'),
    (r'DFSClient_NONMAPREDUCE_-?\d+_\d+', 'DFSClient'),
    (r'inode (\d+)', 'inode 7'),
    (r'(?:localhost|127\.0\.0\.\d+):\d+', 'host:7'),
    (r'(namenoderpcaddress=)[^&"]*', r'\1host:7'),
    (r'(?:\\n)+\\tat .*?(?="}})', ''),
    ('%252C', '%2C'),
    (r'&stateid=\d+', ''),
    (r'(Client address: |on )127\.0\.0\.\d+', r'\g<1>host'),
]


def equal(text):
    for pattern, replacement in EQUAL:
        text = re.sub(pattern, replacement, text)
    return text


def ask(base, method, path, body, headers):
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=30)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader('Content-Length', str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        location = response.getheader('Location')
        answer = {'status': response.status}
        kind = response.getheader('Content-Type')
        if kind is not None:
            answer['type'] = kind
        if location is not None:
            # Apache's datanode leaves letters beyond ASCII as they are, in Latin-1.
            answer['location'] = equal(re.sub('[^\x00-\x7f]+', lambda found: quote(found[0]), location))
        data = response.read()
        if data and kind is not None and kind.startswith('text/html'):
            answer['body'] = '<html>'
        elif data:
            answer['body'] = equal(data.decode('utf-8', 'replace'))
        return answer, location
    finally:
        connection.close()


def answers(base, step):
    method, path = step['request'].split(' ', 1)
    body = step.get('body')
    data = None if body is None else body.encode()
    first, location = ask(base, method, '/webhdfs/v1' + path, b'' if method in ('PUT', 'POST') else None, {})
    found = [first]
    if step.get('follow') and location is not None:
        target = urlsplit(location)
        second, _ = ask(target, method, location.split(target.netloc, 1)[1], data, {})
        found.append(second)
    return found


def main():
    verb, base = sys.argv[1], urlsplit(sys.argv[2])
    steps = json.load(open(FILE, encoding='utf-8'))
    differing = 0
    for step in steps:
        try:
            found = answers(base, step)
        except OSError as error:
            found = [{'error': str(error)}]
        deliberate = DELIBERATE.get(step['request'])
        if verb == 'record':
            step['answers'] = found
        elif deliberate is not None and found[0].get('status') == deliberate['status']:
            continue
        elif found != step['answers']:
            differing += 1
            print(step['request'])
            for expected, actual in zip(step['answers'] + [None], found + [None]):
                if expected != actual:
                    print('  expected', json.dumps(expected, ensure_ascii=False))
                    print('  but got ', json.dumps(actual, ensure_ascii=False))
    if verb == 'record':
        with open(FILE, 'w', encoding='utf-8') as out:
            json.dump(steps, out, ensure_ascii=False, indent=1)
            out.write('\n')
    print(f'{len(steps)} questions, {differing} answers differ')
    sys.exit(1 if differing else 0)


main()
