"""What an analyst holds in a notebook: measures, tables and free queries that say what they are when displayed.

:mod:`.frames` are the result tables as Polars frames that head their own display, :mod:`.tables` what is known of each,
:mod:`.queries` the locked database that free queries run on, :mod:`.sqltext` the query behind a table, and
:mod:`.dosing`, :mod:`.approvals`, :mod:`.renewals` the three measures, each with a table and figures. What is displayed
here may hold persons and small cells, and says so: nothing of it passes the disclosure ledger.
"""
