"""What people may do, tried as those people on a real server and compared with the oracle."""
