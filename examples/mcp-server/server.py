"""A small MCP server that speaks on its standard input and output. It needs nothing but Python 3."""

import json
import sys

STOCK = {"apples": 12, "pears": 0, "plums": 7}

TOOLS = [
    {
        "name": "stock",
        "description": "How many pieces of a product the shop has.",
        "inputSchema": {
            "type": "object",
            "properties": {"product": {"type": "string", "description": "Its name: " + ", ".join(STOCK)}},
            "required": ["product"],
        },
    },
    {
        "name": "empty_the_shop",
        "description": "Sells everything. The agent must not use it: it is not among its enabled_tools.",
        "inputSchema": {"type": "object", "properties": {}},
    },
]


def call(name, arguments):
    """The result of a tool."""
    product = arguments.get("product")
    if name == "stock" and product in STOCK:
        return {"content": [{"type": "text", "text": f"{product}: {STOCK[product]}"}]}
    return {"isError": True, "content": [{"type": "text", "text": f"there is no {product or name}"}]}


def answer(method, params):
    """The result of a request, or None if the method is unknown."""
    if method == "initialize":
        return {
            "protocolVersion": params.get("protocolVersion", "2025-06-18"),
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "shop", "version": "1.0.0"},
        }
    if method == "tools/list":
        return {"tools": TOOLS}
    if method == "tools/call":
        return call(params["name"], params.get("arguments") or {})
    return {} if method == "ping" else None


for line in sys.stdin:
    message = json.loads(line)
    # Notifications have no id, and get no answer.
    if "id" not in message or "method" not in message:
        continue
    result = answer(message["method"], message.get("params") or {})
    reply = {"jsonrpc": "2.0", "id": message["id"]}
    if result is None:
        reply["error"] = {"code": -32601, "message": f"unknown method {message['method']}"}
    else:
        reply["result"] = result
    print(json.dumps(reply), flush=True)
