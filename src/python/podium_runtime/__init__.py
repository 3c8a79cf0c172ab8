"""What runs in the Python child: its kernel, and the values that pass between it and TypeScript."""
