"""The map: coordinates, network, speeds, travel time. It knows no emergencies, no database and no clock."""
