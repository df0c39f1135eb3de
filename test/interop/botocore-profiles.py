"""Reads the texts of config files, a JSON array, as botocore does; prints for each what it found, or null."""

import json
import sys
import tempfile

from botocore import configloader
from botocore.exceptions import ConfigParseError

found = []
for text in json.load(sys.stdin):
    with tempfile.NamedTemporaryFile('w', encoding='utf-8', newline='') as file:
        file.write(text)
        file.flush()
        try:
            config = configloader.load_config(file.name)
            found.append({kind: config[kind] for kind in ('profiles', 'sso_sessions', 'services')})
        except ConfigParseError:
            found.append(None)
json.dump(found, sys.stdout)
