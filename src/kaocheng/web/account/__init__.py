"""Signing in and out, passwords, second factors, devices, and acting for somebody."""
