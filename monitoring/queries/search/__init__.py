"""What can be searched, by whom, and what is found.

`sources` says what a source of entries is, the modules beside it are the sources, `registry`
lists them in order, and `find` asks them.
"""
